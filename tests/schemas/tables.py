"""Tables that map our names to vLLM's, with the reason for each difference.

`tests/test_schema_drift.py` checks every row. Our classes are named `module:class`, relative to
vllm_client, vLLM's classes as in classes.json, and schemas as in requests.json and answers.json.
If there is no counterpart, the table has the reason instead.
"""

from collections.abc import Mapping
from typing import Any

from vllm_client.api.anthropic import options as anthropic
from vllm_client.api.chat import batch, options as chat
from vllm_client.api.common.render_options import DEPRECATED
from vllm_client.api.completions import options as completions
from vllm_client.api.inference import options as inference
from vllm_client.api.responses import options as responses

# Routes. vllm/README.md has a table of the routes that the client offers.

ALL = {"chat", "chat-dev", "embed", "bert_rank", "bert_class", "whisper"}
GENERATES = {"chat", "chat-dev"}

SERVERS: dict[str, set[str]] = {
    "every": ALL,
    "generates": GENERATES,
    "generates, scale-out": GENERATES,
    "development": {"chat-dev"},
    "LoRA": {"chat-dev"},
    "embeds": {"embed"},
    "pools": {"embed", "bert_rank", "bert_class"},
    "scores": {"embed", "bert_rank"},
    "classifies": {"bert_rank", "bert_class"},
    "transcribes": {"whisper"},
    "profiler": {"chat-dev"},
    "tokenizer": {"whisper"},
    "fault tolerance": set(),
}
"""The name of a kind of server in vllm/README.md -> the kinds in routes.json. No dumped server has
fault tolerance."""

HINTS: dict[str, str] = {
    "every": "always",
    "generates": "for models that generate text (--runner generate)",
    "generates, scale-out": "with --enable-scale-out, for models that generate text",
    "embeds": "for embedding models (--runner pooling)",
    "pools": "for pooling models (--runner pooling)",
    "scores": "for embedding models and for classifiers of a single label",
    "classifies": "for classifiers (--runner pooling)",
    "transcribes": "for speech models",
    "LoRA": "with VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 (and --enable-lora)",
    "development": "in dev mode (VLLM_SERVER_DEV_MODE=1)",
    "profiler": "with --profiler-config",
    "tokenizer": "with --enable-tokenizer-info-endpoint",
    "fault tolerance": "with --enable-fault-tolerance",
}
"""The name of a kind of server in vllm/README.md -> the start of the hint for a missing route."""

_DOCUMENTATION = "an HTML page"

NOT_OFFERED: dict[str, str] = {
    "GET /docs": _DOCUMENTATION,
    "HEAD /docs": _DOCUMENTATION,
    "GET /docs/oauth2-redirect": _DOCUMENTATION,
    "HEAD /docs/oauth2-redirect": _DOCUMENTATION,
    "GET /redoc": _DOCUMENTATION,
    "HEAD /redoc": _DOCUMENTATION,
    "GET /openapi.json": "a document for tools; capabilities() reads it",
    "HEAD /openapi.json": "a document for tools; capabilities() reads it",
    "POST /ping": "the same as GET /ping",
    "POST /invocations": "SageMaker's single route, which forwards to the other routes",
}
"""Routes without a method. `client.request()` can call any route."""

BESIDE_ROUTES: dict[str, str] = {
    "close": "sends nothing",
    "with_api_key": "sends nothing",
    "with_header": "sends nothing",
    "with_query": "sends nothing",
    "with_retry": "sends nothing",
    "with_timeout": "sends nothing",
    "capabilities": "asks /openapi.json, /v1/models and others",
    "bulk": "sends the requests of a file to the routes named in it",
    "request": "calls any route",
    "stream_request": "calls any route",
    "on_all_servers": "makes any call on each of several servers",
    "servers.add": "sends nothing",
    "servers.drain": "sends nothing",
    "servers.resume": "sends nothing",
    "servers.remove": "sends nothing",
    "servers.status": "sends nothing",
    "wait_ready": "asks /health, /is_sleeping and /is_paused",
}
"""Public methods of the client that are not in the table of vllm/README.md."""


def _hour(city: str) -> int:
    """Return the hour of the day in a city."""
    return len(city)


_MESSAGES: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}]}
_ASKED = {"model": "m", "max_tokens": 5, **_MESSAGES}
_SCORED = {"queries": "a", "documents": ["b"]}
_RANKED = {"query": "a", "documents": ["b"]}

EXAMPLES: dict[str | tuple[str, str], dict[str, Any]] = {
    "audio.transcriptions.create": {"file": b"RIFF"},
    "audio.transcriptions.stream": {"file": b"RIFF"},
    "audio.translations.create": {"file": b"RIFF"},
    "audio.translations.stream": {"file": b"RIFF"},
    "chat.completions.batch": {"messages": [_MESSAGES["messages"]]},
    "chat.completions.create": _MESSAGES,
    "chat.completions.derender": {"generate_response": {"choices": []}},
    "chat.completions.parse": {"response_format": dict[str, str], **_MESSAGES},
    "chat.completions.render": _MESSAGES,
    "chat.completions.run_tools": {"tools": [_hour], **_MESSAGES},
    "chat.completions.stream_tools": {"tools": [_hour], **_MESSAGES},
    "chat.completions.stream": _MESSAGES,
    "classify": {"input": "a"},
    "collective_rpc": {"method": "m"},
    "completions.create": {"prompt": "Hi"},
    "completions.derender": {"generate_responses": [{"choices": []}]},
    "completions.render": {"prompt": "Hi"},
    "completions.stream": {"prompt": "Hi"},
    "decisions": {
        "model": "m",
        "input": "It rains.",
        "questions": [{"type": "predicate", "instructions": "Is it wet?"}],
    },
    "detokenize": {"tokens": [1]},
    "embed_v2": {"texts": ["a"]},
    "embeddings.create": {"input": "a"},
    "fault_tolerance_apply": {"instruction": "retry"},
    "generative_scoring": {"query": "a", "items": ["b"], "label_token_ids": [1, 2]},
    "inference.abort_requests": {"request_ids": ["a"]},
    "inference.generate": {"token_ids": [1], "sampling_params": {}},
    "init_weight_transfer_engine": {"init_info": {}},
    "load_lora_adapter": {"lora_name": "a", "lora_path": "b"},
    "messages.count_tokens": {"model": "m", **_MESSAGES},
    "messages.create": _ASKED,
    "messages.render": _ASKED,
    "messages.stream": _ASKED,
    "models.retrieve": {"model": "m"},
    "pooling": {"input": "a"},
    "register_adapter": {"name": "a", "src": "b"},
    "responses.cancel": {"response_id": "a"},
    "responses.create": {"input": "Hi"},
    "responses.render": {"input": "Hi"},
    "responses.retrieve": {"response_id": "a"},
    "responses.stream": {"input": "Hi"},
    "scale_elastic_ep": {"new_data_parallel_size": 2},
    "systemone": {"state": "It rains.", "questions": {"wet": {"type": "noul"}}},
    "tokenize": {"prompt": "Hi"},
    "unload_lora_adapter": {"lora_name": "a"},
    "unregister_adapter": {"adapter_name": "a"},
    "update_weight_version": {"new_version": "1"},
    "update_weights": {"update_info": {}},
    "weight_checker": {"action": "snapshot"},
    ("POST /score", "score"): _SCORED,
    ("POST /v1/score", "score"): {**_SCORED, "version": "v1"},
    ("POST /rerank", "rerank"): _RANKED,
    ("POST /v1/rerank", "rerank"): {**_RANKED, "version": "v1"},
    ("POST /v2/rerank", "rerank"): {**_RANKED, "version": "v2"},
}
"""A method, or a route and a method -> the arguments to call it with; {} if it needs none."""

# Requests.

_TOKENS = "scale_out.token_in_token_out.protocol"
_DECISIONS = "openai.decisions.protocol"

UNDOCUMENTED_BODIES: dict[str, tuple[str, ...]] = {
    "POST /inference/v1/generate": (f"{_TOKENS}:GenerateRequest",),
    "POST /v1/chat/completions/render": ("ChatCompletionRequest",),
    "POST /v1/completions/render": ("CompletionRequest",),
    "POST /v1/responses/render": ("ResponsesRequest",),
    "POST /v1/messages/render": ("AnthropicMessagesRequest",),
    "POST /v1/chat/completions/derender": (
        f"{_TOKENS}:DerenderChatRequest",
        f"{_TOKENS}:DerenderChatStreamRequest",
    ),
    "POST /v1/completions/derender": (
        f"{_TOKENS}:DerenderCompletionRequest",
        f"{_TOKENS}:DerenderCompletionStreamRequest",
    ),
}
"""A route whose body is missing in openapi.json -> the schemas of the body."""

_STREAM = "the method sets it"
_BY_HAND = "vLLM reads it from the request without a schema"
_FORM = "the name of timestamp_granularities in the form"

_CHATS = ("create", "stream", "parse", "run_tools", "stream_tools")

WITHDRAWN: dict[tuple[str, ...], Mapping[str, str]] = {
    tuple(f"chat.completions.{name}" for name in _CHATS): chat.WITHDRAWN,
    ("chat.completions.batch",): batch.WITHDRAWN,
    ("chat.completions.render", "completions.render", "messages.render"): DEPRECATED,
    ("completions.create", "completions.stream"): completions.WITHDRAWN,
    ("messages.create", "messages.stream"): anthropic.WITHDRAWN,
    ("responses.create", "responses.stream"): responses.WITHDRAWN,
    ("responses.render",): responses.RENDER_WITHDRAWN,
}
"""Methods -> vLLM's fields that they reject, since the route rejects or ignores them."""

DIFFERING_KEYWORDS: dict[tuple[str, str], str] = {
    ("abort_requests", "request_ids"): _BY_HAND,
    ("audio.transcriptions.create", "timestamp_granularities"): _FORM,
    ("audio.transcriptions.create", "timestamp_granularities[]"): _FORM,
    ("audio.transcriptions.stream", "stream"): _STREAM,
    ("audio.transcriptions.stream", "timestamp_granularities"): _FORM,
    ("audio.transcriptions.stream", "timestamp_granularities[]"): _FORM,
    ("audio.translations.stream", "stream"): _STREAM,
    ("chat.completions.derender", "stream"): "it depends on the argument, a chunk or an answer",
    ("chat.completions.parse", "stream"): _STREAM,
    (
        "chat.completions.run_tools",
        "max_rounds",
    ): "the max number of requests that the client makes",
    ("chat.completions.run_tools", "stream"): _STREAM,
    ("chat.completions.stream", "stream"): _STREAM,
    (
        "chat.completions.stream_tools",
        "max_rounds",
    ): "the max number of requests that the client makes",
    ("chat.completions.stream_tools", "stream"): _STREAM,
    ("collective_rpc", "args"): _BY_HAND,
    ("collective_rpc", "kwargs"): _BY_HAND,
    ("collective_rpc", "method"): _BY_HAND,
    ("collective_rpc", "rpc_timeout"): _BY_HAND + "; there it is `timeout`",
    ("completions.derender", "stream"): "it depends on the argument, a chunk or an answer",
    ("completions.stream", "stream"): _STREAM,
    (
        "embeddings.create",
        "late_chunking_params",
    ): "only on token_embed servers, which are not dumped",
    ("fault_tolerance_apply", "instruction"): _BY_HAND,
    ("fault_tolerance_apply", "params"): _BY_HAND,
    ("inference.abort_requests", "request_ids"): _BY_HAND,
    ("messages.render", "stream"): "the method does not stream",
    ("messages.stream", "stream"): _STREAM,
    (
        "models.retrieve",
        "model",
    ): "vLLM has no route for a single model; the client searches the list",
    ("register_adapter", "name"): _BY_HAND,
    ("register_adapter", "pin"): _BY_HAND,
    ("register_adapter", "preload"): _BY_HAND,
    ("register_adapter", "src"): _BY_HAND,
    ("rerank", "version"): "selects one of three routes",
    ("responses.render", "stream"): "the method does not stream",
    ("responses.stream", "stream"): _STREAM,
    ("scale_elastic_ep", "drain_timeout"): _BY_HAND,
    ("scale_elastic_ep", "new_data_parallel_size"): _BY_HAND,
    ("score", "version"): "selects one of two routes",
    ("wake_up", "tags"): _BY_HAND,
    **{
        (method, name): reason
        for methods, withdrawn in WITHDRAWN.items()
        for method in methods
        for name, reason in withdrawn.items()
    },
}
"""(method, field) for fields that only the method or only the route has -> the reason."""

TYPED_DICTS: dict[str, tuple[str, ...] | str] = {
    "api.common.options:StreamOptions": ("StreamOptions",),
    "api.common.structured_outputs:StructuredOutputs": ("StructuredOutputsParams",),
    "api.common.sampling:RepetitionDetection": ("RepetitionDetectionParams",),
    "api.common.structured_outputs:PlainResponseFormat": ("ResponseFormat",),
    "api.common.structured_outputs:JsonSchema": ("JsonSchemaResponseFormat",),
    "api.common.structured_outputs:StructuralTagFormat": ("StructuralTagResponseFormat",),
    "api.common.structured_outputs:LegacyStructuralTagFormat": (
        "LegacyStructuralTagResponseFormat",
    ),
    "api.common.structured_outputs:LegacyStructuralTag": ("LegacyStructuralTag",),
    "api.common.tools:ToolParam": ("ChatCompletionToolsParam",),
    "api.common.tools:FunctionParam": (
        "vllm__entrypoints__generate__base__protocol__FunctionDefinition",
        "generate.base.protocol:FunctionDefinition",
    ),
    "api.common.tools:NamedToolChoice": ("ChatCompletionNamedToolChoiceParam",),
    "api.common.tools:NamedFunction": ("ChatCompletionNamedFunction",),
    "api.anthropic.options:JsonOutputFormat": ("AnthropicJsonOutputFormat",),
    "api.anthropic.options:MessagesTool": ("AnthropicTool",),
    "api.anthropic.options:MessagesToolChoice": ("AnthropicToolChoice",),
    "api.anthropic.options:OutputConfig": ("AnthropicOutputConfig",),
    "api.anthropic.options:ThinkingAdaptive": ("AnthropicThinkingConfigAdaptive",),
    "api.anthropic.options:ThinkingDisabled": ("AnthropicThinkingConfigDisabled",),
    "api.anthropic.options:ThinkingEnabled": ("AnthropicThinkingConfigEnabled",),
    "api.responses.options:NamedFunctionChoice": ("ToolChoiceFunction",),
    "api.responses.options:ResponseFormatJsonSchema": ("ResponseFormatTextJSONSchemaConfig",),
    "api.responses.options:ResponseFormatPlain": ("ResponseFormatText",),
    "api.responses.options:ResponseFunctionTool": ("FunctionTool",),
    "api.responses.options:ResponseReasoning": ("openai__types__shared__reasoning__Reasoning",),
    "api.responses.options:ResponseTextConfig": ("ResponseTextConfig",),
    "api.pooling.options:EmbedV2Content": ("CohereEmbedContent",),
    "api.pooling.options:EmbedV2Input": ("CohereEmbedInput",),
    "api.pooling.options:LateChunkingParams": ("pooling.token_embed.protocol:LateChunkingConfig",),
    "api.pooling.options:MultiModalItem": ("ScoreMultiModalParam",),
    "api.pooling.decisions:ChoiceQuestion": ("ChoiceQuestion",),
    "api.pooling.decisions:DecisionInputMessage": (f"{_DECISIONS}:DecisionInputMessage",),
    "api.pooling.decisions:DecisionInputText": (f"{_DECISIONS}:DecisionInputText",),
    "api.pooling.decisions:DecisionLevel": ("ScoreLevel",),
    "api.pooling.decisions:DecisionOption": ("ChoiceOption",),
    "api.pooling.decisions:PredicateQuestion": ("PredicateQuestion",),
    "api.pooling.decisions:ScoreQuestion": ("ScoreQuestion",),
    "api.responses.options:PromptCacheOptions": ("PromptCacheOptionsParam",),
    "api.pooling.systemone:Question": ("QuestionSpec",),
    "api.pooling.tensors:AnswerFields": "fields of a tensor's header that go into the answer",
    "call.client_keywords:NoKeywords": "keywords of the clients that are not parameters",
    "api.inference.options:FeaturesParam": (f"{_TOKENS}:MultiModalFeatures",),
    "api.inference.options:ParseContext": (f"{_TOKENS}:ParseContext",),
    "api.inference.options:PlaceholderParam": (f"{_TOKENS}:PlaceholderRangeInfo",),
    "api.inference.options:ReasoningParserKwargs": (f"{_TOKENS}:ReasoningParserKwargs",),
    "api.inference.options:SamplingParams": ("vllm.sampling_params:SamplingParams",),
}
"""A TypedDict that does not contain the keywords of a method -> the corresponding schemas."""

_SAMPLING_PARAMS = "api.inference.options:SamplingParams"
_ENGINE = "not in a schema: SamplingParams checks it when the request arrives"

RANGES: dict[str | tuple[str, str], tuple[str | None, str]] = {
    "cache_salt": (
        "1 to 128 characters",
        "validate_cache_salt() of vLLM 0.32 rejects more than 128 on all routes with status 400; "
        "the limit of 1024 in schemas has no effect, and some schemas have no limit",
    ),
    "frequency_penalty": ("-2 to 2", _ENGINE),
    "logit_bias": ("-100 to 100", "not in a schema: SamplingParams.from_optional() clamps to it"),
    (_SAMPLING_PARAMS, "logit_bias"): (None, "sampling_params are not clamped"),
    "min_count": ("2 or more", "RepetitionDetectionParams checks it if there is a pattern size"),
    "min_p": ("0 to 1", _ENGINE),
    "min_tokens": ("0 or more", _ENGINE),
    "presence_penalty": ("-2 to 2", _ENGINE),
    "repetition_penalty": ("above 0", _ENGINE),
    (_SAMPLING_PARAMS, "routed_experts_prompt_start"): (
        "0 or more",
        "the schemas of other requests have it",
    ),
    (_SAMPLING_PARAMS, "stream_interval"): ("1 or more", _ENGINE),
    "temperature": ("0 to 2", _ENGINE),
    "top_k": ("-1 or more", _ENGINE),
    "top_p": ("above 0, up to 1", _ENGINE),
}
"""An option, or (method or TypedDict, option) -> limits that differ from those of the schema."""

DIFFERING_DEFAULTS: dict[str | tuple[str, str], str] = {
    "encoding_format": "the client requests base64 and converts it to lists",
    "tool_choice": 'with tools the server sets it to "auto"',
    (_SAMPLING_PARAMS, "max_tokens"): "the server replaces the class's default of 16",
    "task": "it is the default only of a plugin's request",
}
"""An option, or (method or TypedDict, option), whose default differs from that of the schema."""

_NULL = "null in the schema, which the server treats as this default"

NULL_DEFAULTS: dict[str | tuple[str, str], str] = {
    "disable_parallel_tool_use": _NULL,
    "embedding_types": _NULL,
    "prompt": "the dump does not contain prompts",
    "prompt_tokens": _NULL,
    "return_prompt_text": _NULL,
    "return_token_ids": _NULL,
    "skip_special_tokens": _NULL,
    "tool_choice": _NULL,
    "watermarking": _NULL,
}
"""An option, or (method or TypedDict, option), whose default is null in the schema."""

# Answers.

_BASE = "a base class"
_NO_CLASS = "vLLM has no such class"
_OPENAI = "a class of openai that vLLM sends, to which no class of vLLM refers"
_ANTHROPIC_BLOCK = "one type of block; AnthropicContentBlock is the union of all types"
_ANTHROPIC_EVENT = "one type of event or delta; AnthropicStreamEvent is the union of all types"

ANSWERS: dict[str, tuple[str, ...] | str] = {
    "api.chat.answers:ChatCompletionResponse": ("ChatCompletionResponse",),
    "api.chat.answers:Choice": ("ChatCompletionResponseChoice",),
    "api.chat.answers:Message": ("ChatMessage",),
    "api.chat.answers:ChatCompletionChunk": ("ChatCompletionStreamResponse",),
    "api.chat.answers:ChunkChoice": ("ChatCompletionResponseStreamChoice",),
    "api.chat.answers:Delta": ("DeltaMessage",),
    "api.chat.answers:DeltaToolCall": ("DeltaToolCall",),
    "api.chat.answers:DeltaFunction": ("DeltaFunctionCall",),
    "api.chat.answers:ChoiceLogprobs": ("ChatCompletionLogProbs",),
    "api.chat.answers:TokenLogprobs": ("ChatCompletionLogProbsContent",),
    "api.chat.answers:TokenLogprob": ("ChatCompletionLogProb",),
    "api.completions.answers:CompletionResponse": ("CompletionResponse",),
    "api.completions.answers:CompletionChoice": (
        "CompletionResponseChoice",
        "CompletionResponseStreamChoice",
    ),
    "api.completions.answers:CompletionChunk": ("CompletionStreamResponse",),
    "api.completions.answers:CompletionLogprobs": ("CompletionLogProbs",),
    "api.server.models:Model": ("serve.engine.protocol:ModelCard",),
    "api.server.models:ModelPermission": ("serve.engine.protocol:ModelPermission",),
    "api.server.models:ModelList": ("serve.engine.protocol:ModelList",),
    "api.chat.parse:ParsedChatCompletion": "a ChatCompletionResponse with the parsed content",
    "api.server.status:LoadResponse": _NO_CLASS,
    "api.server.status:ServerInfo": _NO_CLASS,
    "api.server.status:VersionResponse": _NO_CLASS,
    "api.chat.tool_conversation:ToolRunResponse": "a ChatCompletionResponse with its conversation",
    "codec.tool_call:FunctionCall": ("FunctionCall-Output",),
    "codec.tool_call:ToolCall": ("ToolCall",),
    "codec.weight_version:WeightVersion": ("WeightVersionSpan",),
    "codec.usage:Usage": ("UsageInfo",),
    "codec.usage:PromptTokensDetails": ("PromptTokenUsageInfo",),
    "codec.usage:CompletionTokensDetails": ("CompletionTokenUsageInfo",),
    "codec.usage:RequestMetrics": ("PerRequestMetrics",),
    "codec.usage:SpeculativeDecodingMetrics": ("SpeculativeDecodingMetrics",),
    "codec.logprobs:Logprob": ("Logprob-Output",),
    "api.audio.answers:AudioChunk": (
        "speech_to_text.transcription.protocol:TranscriptionStreamResponse",
        "speech_to_text.translation.protocol:TranslationStreamResponse",
    ),
    "api.audio.answers:AudioChunkChoice": (
        "speech_to_text.transcription.protocol:TranscriptionResponseStreamChoice",
        "speech_to_text.translation.protocol:TranslationResponseStreamChoice",
    ),
    "api.audio.answers:AudioDuration": (
        "speech_to_text.transcription.protocol:TranscriptionUsageAudio",
    ),
    "api.audio.answers:DiarizedSegment": (
        "speech_to_text.transcription.protocol:TranscriptionDiarizedSegment",
    ),
    "api.audio.answers:Transcript": "assembled from a stream",
    "api.audio.answers:Transcription": (
        "speech_to_text.transcription.protocol:TranscriptionResponse",
    ),
    "api.audio.answers:TranscriptionDiarized": (
        "speech_to_text.transcription.protocol:TranscriptionResponseDiarized",
    ),
    "api.audio.answers:TranscriptionSegment": (
        "speech_to_text.transcription.protocol:TranscriptionSegment",
        "speech_to_text.translation.protocol:TranslationSegment",
    ),
    "api.audio.answers:TranscriptionVerbose": (
        "speech_to_text.transcription.protocol:TranscriptionResponseVerbose",
    ),
    "api.audio.answers:TranscriptionWord": (
        "speech_to_text.transcription.protocol:TranscriptionWord",
        "speech_to_text.translation.protocol:TranslationWord",
    ),
    "api.audio.answers:Translation": ("speech_to_text.translation.protocol:TranslationResponse",),
    "api.audio.answers:TranslationVerbose": (
        "speech_to_text.translation.protocol:TranslationResponseVerbose",
    ),
    "api.control.dev_mode:AbortResponse": _NO_CLASS,
    "api.control.dev_mode:SleepResponse": _NO_CLASS,
    "api.control.dev_mode:StatusResponse": _NO_CLASS,
    "api.control.dev_mode:WakeUpResponse": _NO_CLASS,
    "api.render.derender:DerenderChatStreamResponse": (
        "scale_out.token_in_token_out.protocol:DerenderChatStreamResponse",
    ),
    "api.render.derender:DerenderCompletionStreamResponse": (
        "scale_out.token_in_token_out.protocol:DerenderCompletionStreamResponse",
    ),
    "api.render.derender:DerenderStreamState": (
        "scale_out.token_in_token_out.protocol:DerenderStreamState",
    ),
    "api.pooling.embeddings:EmbedV2ApiVersion": ("pooling.embed.protocol:CohereApiVersion",),
    "api.pooling.embeddings:EmbedV2BilledUnits": ("pooling.embed.protocol:CohereBilledUnits",),
    "api.pooling.embeddings:EmbedV2Embeddings": (
        "pooling.embed.protocol:CohereEmbedByTypeEmbeddings",
    ),
    "api.pooling.embeddings:EmbedV2Meta": ("pooling.embed.protocol:CohereMeta",),
    "api.pooling.embeddings:EmbedV2Response": ("pooling.embed.protocol:CohereEmbedResponse",),
    "api.pooling.embeddings:Embedding": (
        "pooling.embed.protocol:EmbeddingResponseData",
        "pooling.token_embed.protocol:TokenEmbeddingResponseData",
    ),
    "api.pooling.embeddings:EmbeddingResponse": (
        "pooling.embed.protocol:EmbeddingResponse",
        "pooling.token_embed.protocol:TokenEmbeddingResponse",
    ),
    "api.pooling.embeddings:LateChunk": "a tuple of tuples, which the dump does not follow",
    "api.pooling.embeddings:LateChunking": ("vllm.outputs:LateChunkingMetadata",),
    "api.inference.answers:CandidateLogprob": (
        "scale_out.token_in_token_out.protocol:GenerateLogProb",
    ),
    "api.inference.answers:ChosenLogprob": (
        "scale_out.token_in_token_out.protocol:GenerateLogProbsContent",
    ),
    "api.inference.answers:GenerateChoice": (
        "scale_out.token_in_token_out.protocol:GenerateDerenderChoice",
        "scale_out.token_in_token_out.protocol:GenerateTextChoice",
        "scale_out.token_in_token_out.protocol:GenerateTokensChoice",
        "scale_out.token_in_token_out.protocol:GenerateTextStreamChoice",
        "scale_out.token_in_token_out.protocol:GenerateTokensStreamChoice",
    ),
    "api.inference.answers:GenerateChunk": (
        "scale_out.token_in_token_out.protocol:GenerateTextStreamResponse",
        "scale_out.token_in_token_out.protocol:GenerateTokensStreamResponse",
    ),
    "api.inference.answers:GenerateLogprobs": (
        "scale_out.token_in_token_out.protocol:GenerateLogProbs",
    ),
    "api.inference.answers:GenerateResponse": (
        "scale_out.token_in_token_out.protocol:GenerateDerenderResponse",
        "scale_out.token_in_token_out.protocol:GenerateTextResponse",
        "scale_out.token_in_token_out.protocol:GenerateTokensResponse",
    ),
    "api.anthropic.events:ContentBlockDeltaEvent": _ANTHROPIC_EVENT,
    "api.anthropic.events:ContentBlockStartEvent": _ANTHROPIC_EVENT,
    "api.anthropic.events:ContentBlockStopEvent": _ANTHROPIC_EVENT,
    "api.anthropic.events:ContentDelta": _ANTHROPIC_EVENT,
    "api.anthropic.events:InputJsonDelta": _ANTHROPIC_EVENT,
    "api.anthropic.events:MessageDelta": _ANTHROPIC_EVENT,
    "api.anthropic.events:MessageDeltaEvent": _ANTHROPIC_EVENT,
    "api.anthropic.events:MessageStartEvent": _ANTHROPIC_EVENT,
    "api.anthropic.events:MessageStopEvent": _ANTHROPIC_EVENT,
    "api.anthropic.events:MessagesErrorDetail": ("anthropic.protocol:AnthropicError",),
    "api.anthropic.events:MessagesErrorEvent": ("anthropic.protocol:AnthropicErrorResponse",),
    "api.anthropic.events:MessagesEvent": _ANTHROPIC_EVENT,
    "api.anthropic.events:PingEvent": _ANTHROPIC_EVENT,
    "api.anthropic.events:SignatureDelta": _ANTHROPIC_EVENT,
    "api.anthropic.events:TextDelta": _ANTHROPIC_EVENT,
    "api.anthropic.events:ThinkingDelta": _ANTHROPIC_EVENT,
    "api.anthropic.answers:ContentBlock": _ANTHROPIC_BLOCK,
    "api.anthropic.answers:ContextManagement": ("AnthropicContextManagement",),
    "api.anthropic.answers:CountTokensResponse": ("AnthropicCountTokensResponse",),
    "api.anthropic.answers:MessagesResponse": ("anthropic.protocol:AnthropicMessagesResponse",),
    "api.anthropic.answers:MessagesUsage": ("anthropic.protocol:AnthropicUsage",),
    "api.anthropic.answers:RedactedThinkingBlock": _ANTHROPIC_BLOCK,
    "api.anthropic.answers:TextBlock": _ANTHROPIC_BLOCK,
    "api.anthropic.answers:ThinkingBlock": _ANTHROPIC_BLOCK,
    "api.anthropic.answers:ToolUseBlock": _ANTHROPIC_BLOCK,
    "api.pooling.pooling:Classification": ("pooling.classify.protocol:ClassificationData",),
    "api.pooling.pooling:ClassificationResponse": (
        "pooling.classify.protocol:ClassificationResponse",
    ),
    "api.pooling.pooling:IOProcessorResponse": ("pooling.pooling.protocol:IOProcessorResponse",),
    "api.pooling.pooling:PoolingOutput": ("pooling.pooling.protocol:PoolingResponseData",),
    "api.pooling.pooling:PoolingResponse": ("pooling.pooling.protocol:PoolingResponse",),
    "api.render.answers:MultiModalFeatures": (
        "scale_out.token_in_token_out.protocol:MultiModalFeatures",
    ),
    "api.render.answers:PlaceholderRange": (
        "scale_out.token_in_token_out.protocol:PlaceholderRangeInfo",
    ),
    "api.render.answers:RenderedRequest": (
        "scale_out.token_in_token_out.protocol:GenerateRequest",
    ),
    "api.responses.events:ResponseCodeInterpreterCallCodeDeltaEvent": (
        "openai.types.responses.response_code_interpreter_call_code_delta_event:ResponseCodeInterpreterCallCodeDeltaEvent",
    ),
    "api.responses.events:ResponseCodeInterpreterCallCodeDoneEvent": (
        "openai.types.responses.response_code_interpreter_call_code_done_event:ResponseCodeInterpreterCallCodeDoneEvent",
    ),
    "api.responses.events:ResponseCodeInterpreterCallCompletedEvent": (
        "openai.types.responses.response_code_interpreter_call_completed_event:ResponseCodeInterpreterCallCompletedEvent",
    ),
    "api.responses.events:ResponseCodeInterpreterCallInProgressEvent": (
        "openai.types.responses.response_code_interpreter_call_in_progress_event:ResponseCodeInterpreterCallInProgressEvent",
    ),
    "api.responses.events:ResponseCodeInterpreterCallInterpretingEvent": (
        "openai.types.responses.response_code_interpreter_call_interpreting_event:ResponseCodeInterpreterCallInterpretingEvent",
    ),
    "api.responses.events:ResponseCompletedEvent": (
        "openai.responses.protocol:ResponseCompletedEvent",
    ),
    "api.responses.events:ResponseContentPartAddedEvent": (
        "openai.types.responses.response_content_part_added_event:ResponseContentPartAddedEvent",
    ),
    "api.responses.events:ResponseContentPartDoneEvent": (
        "openai.types.responses.response_content_part_done_event:ResponseContentPartDoneEvent",
    ),
    "api.responses.events:ResponseCreatedEvent": (
        "openai.responses.protocol:ResponseCreatedEvent",
    ),
    "api.responses.events:ResponseCustomToolCallInputDeltaEvent": (
        "openai.types.responses.response_custom_tool_call_input_delta_event:ResponseCustomToolCallInputDeltaEvent",
    ),
    "api.responses.events:ResponseCustomToolCallInputDoneEvent": (
        "openai.types.responses.response_custom_tool_call_input_done_event:ResponseCustomToolCallInputDoneEvent",
    ),
    "api.responses.events:ResponseDeltaEvent": _BASE,
    "api.responses.events:ResponseErrorEvent": _OPENAI,
    "api.responses.events:ResponseFailedEvent": _OPENAI,
    "api.responses.events:ResponseFunctionCallArgumentsDeltaEvent": _OPENAI,
    "api.responses.events:ResponseFunctionCallArgumentsDoneEvent": _OPENAI,
    "api.responses.events:ResponseInProgressEvent": (
        "openai.responses.protocol:ResponseInProgressEvent",
    ),
    "api.responses.events:ResponseIncompleteEvent": (
        "openai.responses.protocol:ResponseIncompleteEvent",
    ),
    "api.responses.events:ResponseItemEvent": _BASE,
    "api.responses.events:ResponseMcpCallArgumentsDeltaEvent": (
        "openai.types.responses.response_mcp_call_arguments_delta_event:ResponseMcpCallArgumentsDeltaEvent",
    ),
    "api.responses.events:ResponseMcpCallArgumentsDoneEvent": (
        "openai.types.responses.response_mcp_call_arguments_done_event:ResponseMcpCallArgumentsDoneEvent",
    ),
    "api.responses.events:ResponseMcpCallCompletedEvent": (
        "openai.types.responses.response_mcp_call_completed_event:ResponseMcpCallCompletedEvent",
    ),
    "api.responses.events:ResponseMcpCallInProgressEvent": (
        "openai.types.responses.response_mcp_call_in_progress_event:ResponseMcpCallInProgressEvent",
    ),
    "api.responses.events:ResponseOutputItemAddedEvent": (
        "openai.types.responses.response_output_item_added_event:ResponseOutputItemAddedEvent",
    ),
    "api.responses.events:ResponseOutputItemDoneEvent": (
        "openai.types.responses.response_output_item_done_event:ResponseOutputItemDoneEvent",
    ),
    "api.responses.events:ResponseQueuedEvent": _OPENAI,
    "api.responses.events:ResponseReasoningTextDeltaEvent": (
        "openai.types.responses.response_reasoning_text_delta_event:ResponseReasoningTextDeltaEvent",
    ),
    "api.responses.events:ResponseReasoningTextDoneEvent": (
        "openai.types.responses.response_reasoning_text_done_event:ResponseReasoningTextDoneEvent",
    ),
    "api.responses.events:ResponseStateEvent": _BASE,
    "api.responses.events:ResponseStreamEvent": _BASE,
    "api.responses.events:ResponseTextDeltaEvent": _OPENAI,
    "api.responses.events:ResponseTextDoneEvent": _OPENAI,
    "api.responses.events:ResponseWebSearchCallCompletedEvent": (
        "openai.types.responses.response_web_search_call_completed_event:ResponseWebSearchCallCompletedEvent",
    ),
    "api.responses.events:ResponseWebSearchCallInProgressEvent": (
        "openai.types.responses.response_web_search_call_in_progress_event:ResponseWebSearchCallInProgressEvent",
    ),
    "api.responses.events:ResponseWebSearchCallSearchingEvent": (
        "openai.types.responses.response_web_search_call_searching_event:ResponseWebSearchCallSearchingEvent",
    ),
    "api.responses.answers:Response": ("openai.responses.protocol:ResponsesResponse",),
    "api.responses.answers:ResponseCodeInterpreterToolCall": (
        "openai.types.responses.response_code_interpreter_tool_call:ResponseCodeInterpreterToolCall",
    ),
    "api.responses.answers:ResponseContentPart": _BASE,
    "api.responses.answers:ResponseCustomToolCall": (
        "openai.types.responses.response_custom_tool_call:ResponseCustomToolCall",
    ),
    "api.responses.answers:ResponseFunctionToolCall": (
        "openai.types.responses.response_function_tool_call:ResponseFunctionToolCall",
    ),
    "api.responses.answers:ResponseFunctionWebSearch": (
        "openai.types.responses.response_function_web_search:ResponseFunctionWebSearch",
    ),
    "api.responses.answers:ResponseIncompleteDetails": (
        "openai.types.responses.response:IncompleteDetails",
    ),
    "api.responses.answers:ResponseInputTokensDetails": (
        "openai.responses.protocol:InputTokensDetails",
    ),
    "api.responses.answers:ResponseLogprob": (
        "openai.types.responses.response_output_text:Logprob",
    ),
    "api.responses.answers:ResponseMcpCall": (
        "openai.types.responses.response_output_item:McpCall",
    ),
    "api.responses.answers:ResponseOutputItem": _BASE,
    "api.responses.answers:ResponseOutputMessage": (
        "openai.types.responses.response_output_message:ResponseOutputMessage",
    ),
    "api.responses.answers:ResponseOutputRefusal": (
        "openai.types.responses.response_output_refusal:ResponseOutputRefusal",
    ),
    "api.responses.answers:ResponseOutputText": (
        "openai.types.responses.response_output_text:ResponseOutputText",
    ),
    "api.responses.answers:ResponseOutputTokensDetails": (
        "openai.responses.protocol:OutputTokensDetails",
    ),
    "api.responses.answers:ResponseReasoningItem": (
        "openai.types.responses.response_reasoning_item:ResponseReasoningItem",
    ),
    "api.responses.answers:ResponseReasoningSummary": (
        "openai.types.responses.response_reasoning_item:Summary",
    ),
    "api.responses.answers:ResponseReasoningText": (
        "openai.types.responses.response_reasoning_item:Content",
    ),
    "api.responses.answers:ResponseTopLogprob": (
        "openai.types.responses.response_output_text:LogprobTopLogprob",
    ),
    "api.responses.answers:ResponseUsage": ("openai.responses.protocol:ResponseUsage",),
    "api.control.scaling:EngineStatus": _NO_CLASS,
    "api.control.scaling:FaultToleranceResponse": _NO_CLASS,
    "api.control.scaling:FaultToleranceStatus": _NO_CLASS,
    "api.control.scaling:KvEventSource": _NO_CLASS,
    "api.control.scaling:ScaleResponse": _NO_CLASS,
    "api.control.scaling:ScalingStatus": _NO_CLASS,
    "api.pooling.scoring:RerankDocument": ("pooling.scoring.protocol:RerankDocument",),
    "api.pooling.scoring:RerankResponse": ("pooling.scoring.protocol:RerankResponse",),
    "api.pooling.scoring:RerankResult": ("pooling.scoring.protocol:RerankResult",),
    "api.pooling.scoring:RerankUsage": ("pooling.scoring.protocol:RerankUsage",),
    "api.pooling.scoring:Score": ("pooling.scoring.protocol:ScoreResponseData",),
    "api.pooling.scoring:ScoreResponse": ("pooling.scoring.protocol:ScoreResponse",),
    "api.pooling.decisions:ChoiceAnswer": ("ChoiceAnswer",),
    "api.pooling.decisions:ChoiceProbability": ("ChoiceProbability",),
    "api.pooling.decisions:DecisionAnswer": _BASE,
    "api.pooling.decisions:DecisionsInputTokensDetails": ("InputTokensDetails",),
    "api.pooling.decisions:DecisionsOutputTokensDetails": ("OutputTokensDetails",),
    "api.pooling.decisions:DecisionsResponse": ("DecisionResponse",),
    "api.pooling.decisions:DecisionsUsage": ("OpenAIDecisionUsage",),
    "api.pooling.decisions:PredicateAnswer": ("PredicateAnswer",),
    "api.pooling.decisions:ScoreAnswer": ("ScoreAnswer",),
    "api.pooling.decisions:ScoreProbability": ("ScoreProbability",),
    "api.pooling.systemone:DecisionUsage": (
        "generate.structured_decisions.protocol:DecisionUsage",
    ),
    "api.pooling.systemone:JointCanvas": ("generate.structured_decisions.protocol:JointCanvas",),
    "api.pooling.systemone:JointDiagnostics": (
        "generate.structured_decisions.protocol:JointDiagnostics",
    ),
    "api.pooling.systemone:QuestionDiagnostics": (
        "generate.structured_decisions.protocol:QuestionDiagnostics",
    ),
    "api.pooling.systemone:StructuredDecisionResponse": (
        "generate.structured_decisions.protocol:StructuredDecisionResponse",
    ),
    "api.pooling.tensors:TensorMetadata": "the metadata header of a binary answer",
    "api.pooling.tensors:TensorOutput": _BASE,
    "api.pooling.tensors:TensorType": "what to_dict() writes beside numbers that are not float32",
    "api.pooling.tensors:TensorPlace": "the metadata header of a binary answer",
    "api.server.tokens:DetokenizeResponse": ("serve.tokenize.protocol:DetokenizeResponse",),
    "api.server.tokens:TokenizeResponse": ("serve.tokenize.protocol:TokenizeResponse",),
    "api.server.tokens:TokenizerInfo": ("serve.tokenize.protocol:TokenizerInfoResponse",),
    "api.control.weights:WeightCheck": _NO_CLASS,
    "api.control.weights:WeightInfo": _NO_CLASS,
    "api.control.weights:WeightUpdateResponse": _NO_CLASS,
    "api.control.weights:WeightVersionResponse": _NO_CLASS,
}
"""An answer class -> the corresponding classes of vLLM, or the reason why there is none."""

_NOT_READ = "a field of openai's class that vLLM ignores"
_OF_TEXT = "only in answers whose logprobs have the format of chats"
_NOT_VLLMS = "a field of openai's class that vLLM does not set"

DIFFERING_FIELDS: dict[tuple[str, str], str] = {
    (
        "api.chat.answers:Delta",
        "function_call",
    ): "other servers send it; vLLM has it only in messages",
    ("api.inference.answers:CandidateLogprob", "bytes"): _OF_TEXT,
    ("api.inference.answers:CandidateLogprob", "token"): _OF_TEXT,
    ("api.inference.answers:ChosenLogprob", "bytes"): _OF_TEXT,
    ("api.inference.answers:ChosenLogprob", "token"): _OF_TEXT,
    ("api.responses.options:ResponseFunctionTool", "allowed_callers"): _NOT_READ,
    ("api.responses.options:ResponseFunctionTool", "async"): _NOT_READ,
    ("api.responses.options:ResponseFunctionTool", "defer_loading"): _NOT_READ,
    ("api.responses.options:ResponseFunctionTool", "output_schema"): _NOT_READ,
    ("api.responses.options:ResponseReasoning", "context"): _NOT_READ,
    ("api.responses.options:ResponseReasoning", "generate_summary"): _NOT_READ,
    ("api.responses.options:ResponseReasoning", "mode"): _NOT_READ,
    ("api.responses.answers:ResponseFunctionToolCall", "created_by"): "vLLM adds it",
    ("api.responses.answers:ResponseFunctionToolCall", "async"): _NOT_VLLMS,
    ("api.responses.answers:ResponseCustomToolCall", "async"): _NOT_VLLMS,
    ("api.responses.events:ResponseMcpCallArgumentsDoneEvent", "name"): "vLLM adds it",
    **{
        (_SAMPLING_PARAMS, name): "set by the engine; passed on from an answer of /render"
        for name in inference.SET_BY_ENGINE
    },
    **{
        (_SAMPLING_PARAMS, name): reason
        for name, reason in inference.WITHDRAWN_SAMPLING_PARAMS.items()
    },
}
"""(class or TypedDict, field) for fields that only ours or only vLLM's has -> the reason."""

_REALTIME = "for the WebSocket /v1/realtime, which the client does not support"
_INTERNAL = "never sent"
_SUM = "several of our classes, one for each type"
_BYTES = "bytes with a header, converted to the same class as JSON"

NO_ANSWERS: dict[str, str] = {
    "anthropic.protocol:AnthropicDelta": _SUM,
    "anthropic.protocol:AnthropicStreamEvent": _SUM,
    "scale_out.token_in_token_out.protocol:GenerateChoiceBase": _BASE,
    "scale_out.token_in_token_out.protocol:GenerateResponseBase": _BASE,
    "scale_out.token_in_token_out.protocol:GenerateStreamChoiceBase": _BASE,
    "scale_out.token_in_token_out.protocol:GenerateStreamResponseBase": _BASE,
    "pooling.embed.protocol:EmbeddingBytesResponse": _BYTES,
    "pooling.pooling.protocol:PoolingBytesResponse": _BYTES,
    "openai.responses.protocol:ResponseRawMessageAndToken": "Response keeps it as a dict",
    "openai.responses.protocol:PromptCacheOptions": "Response keeps it as a dict",
    "openai.decisions.protocol:DecisionModel": _BASE,
    "openai.decisions.protocol:QuestionBase": _BASE,
    "pooling.token_embed.protocol:TokenEmbeddingRequest": "an EmbeddingRequest with one more field",
    "anthropic.protocol:AnthropicMessage": "a message in a request, which may be any mapping",
    "pooling.base.protocol:ChatRequestMixin": _BASE,
    "pooling.base.protocol:ChatRequestOptionsMixin": _BASE,
    "pooling.base.protocol:ClassifyRequestMixin": _BASE,
    "pooling.base.protocol:CompletionRequestMixin": _BASE,
    "pooling.base.protocol:EmbedRequestMixin": _BASE,
    "pooling.base.protocol:EncodingRequestMixin": _BASE,
    "pooling.base.protocol:PoolingBasicRequestMixin": _BASE,
    "pooling.scoring.protocol:ScoringRequestMixin": _BASE,
    "generate.base.protocol:ExtractedToolCallInformation": _INTERNAL,
    "generate.base.protocol:RequestResponseMetadata": _INTERNAL,
    "serve.engine.protocol:OpenAIBaseModel": _BASE,
    "speech_to_text.realtime.protocol:ErrorEvent": _REALTIME,
    "speech_to_text.realtime.protocol:InputAudioBufferAppend": _REALTIME,
    "speech_to_text.realtime.protocol:InputAudioBufferCommit": _REALTIME,
    "speech_to_text.realtime.protocol:SessionCreated": _REALTIME,
    "speech_to_text.realtime.protocol:SessionUpdate": _REALTIME,
    "speech_to_text.realtime.protocol:TranscriptionDelta": _REALTIME,
    "speech_to_text.realtime.protocol:TranscriptionDone": _REALTIME,
}
"""vLLM's classes without a counterpart and not described in openapi.json -> the reason."""

NO_DOCUMENTED_ANSWERS: dict[str, str] = {
    "Annotation": "a class of openai that vLLM never uses",
    "AnnotationURLCitation-Output": "a class of openai that vLLM never uses",
    "ChatCompletionAudio": "a class of openai that vLLM never uses",
    "ErrorInfo": "an ApiError",
    "ErrorResponse": "an ApiError",
}
"""Schemas of answers.json without a counterpart -> the reason."""

# Recordings.

_CHAT = "api.chat.answers:ChatCompletionResponse"
_BY_HAND_TOO = "a single value, decoded without a class: "

DECODED: dict[str, tuple[str, str]] = {
    "POST /v1/chat/completions": (_CHAT, "api.chat.answers:ChatCompletionChunk"),
    "POST /v1/chat/completions/batch": (_CHAT, ""),
    "POST /v1/chat/completions/render": ("api.render.answers:RenderedRequest", ""),
    "POST /v1/completions": (
        "api.completions.answers:CompletionResponse",
        "api.completions.answers:CompletionChunk",
    ),
    "POST /v1/completions/render": ("api.render.answers:RenderedRequest", ""),
    "POST /v1/responses": (
        "api.responses.answers:Response",
        "api.responses.events:ResponseStreamEvent",
    ),
    "POST /v1/messages": (
        "api.anthropic.answers:MessagesResponse",
        "api.anthropic.events:MessagesEvent",
    ),
    "POST /v1/messages/count_tokens": ("api.anthropic.answers:CountTokensResponse", ""),
    "POST /inference/v1/generate": (
        "api.inference.answers:GenerateResponse",
        "api.inference.answers:GenerateChunk",
    ),
    "POST /is_scaling_elastic_ep": ("api.control.scaling:ScalingStatus", ""),
    "POST /v1/decisions": ("api.pooling.decisions:DecisionsResponse", ""),
    "POST /v1/systemone": ("api.pooling.systemone:StructuredDecisionResponse", ""),
    "POST /classify": ("api.pooling.pooling:ClassificationResponse", ""),
    "POST /generative_scoring": ("api.pooling.scoring:ScoreResponse", ""),
    "POST /score": ("api.pooling.scoring:ScoreResponse", ""),
    "POST /v1/score": ("api.pooling.scoring:ScoreResponse", ""),
    "POST /rerank": ("api.pooling.scoring:RerankResponse", ""),
    "POST /v1/rerank": ("api.pooling.scoring:RerankResponse", ""),
    "POST /v2/rerank": ("api.pooling.scoring:RerankResponse", ""),
    "POST /tokenize": ("api.server.tokens:TokenizeResponse", ""),
    "POST /detokenize": ("api.server.tokens:DetokenizeResponse", ""),
    "GET /v1/models": ("api.server.models:ModelList", ""),
    "GET /version": ("api.server.status:VersionResponse", ""),
    "GET /load": ("api.server.status:LoadResponse", ""),
    "GET /weight_info": ("api.control.weights:WeightInfo", ""),
    "POST /sleep": ("api.control.dev_mode:SleepResponse", ""),
    "POST /wake_up": ("api.control.dev_mode:WakeUpResponse", ""),
    "POST /pause": ("api.control.dev_mode:StatusResponse", ""),
    "POST /resume": ("api.control.dev_mode:StatusResponse", ""),
}
"""A route -> the class of its answer (or of each item of a list), and of the events of its stream;
"" for none."""

NOT_DECODED: dict[str, str] = {
    "GET /health": "empty",
    "GET /ping": "empty",
    "GET /metrics": "text: tests/api/server/test_metrics.py",
    "GET /get_world_size": _BY_HAND_TOO + "tests/api/control/test_weights.py",
    "GET /is_paused": _BY_HAND_TOO + "tests/api/control/test_dev_mode.py",
    "GET /is_sleeping": _BY_HAND_TOO + "tests/api/control/test_dev_mode.py",
    "GET /kv_event_sources": "an object with several answers: tests/api/control/test_scaling.py",
    "POST /inference/v1/abort_requests": "empty",
    "POST /pooling": "tensors in several formats: tests/api/pooling/test_pooling.py",
    "POST /reset_mm_cache": "empty",
    "POST /reset_prefix_cache": _BY_HAND_TOO + "tests/api/control/test_dev_mode.py",
    "POST /v1/audio/transcriptions": "a class for each format: tests/api/audio/test_answers.py",
    "POST /v1/audio/translations": "a class for each format: tests/api/audio/test_answers.py",
    "POST /v1/chat/completions/derender": "two classes: tests/api/render/test_derender.py",
    "POST /v1/completions/derender": "two classes: tests/api/render/test_derender.py",
    "POST /v1/embeddings": "tensors in several formats: tests/api/pooling/test_embeddings.py",
    "POST /v1/load_lora_adapter": "text: tests/api/control/test_lora.py",
    "POST /v1/unload_lora_adapter": "text: tests/api/control/test_lora.py",
}
"""A route whose recorded answers have no class -> the reason, and the test that reads them."""

UNKNOWN_FIELDS: dict[tuple[str, str], str] = {}
"""(answer class, key) for keys of recorded answers without a field in the class -> the reason."""
