"""What stands for what, and why where it differs. `tests/test_kept_true.py` holds every row.

Classes of ours are `module:class` below vllm_client, vLLM's are as in classes.json; a schema of
requests.json has its name alone. A reason stands where nothing does.
"""

from typing import Any

# --- routes: README.md has the table of those that the client offers

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
    "hears": {"whisper"},
    "profiler": set(),
    "tokenizer": set(),
    "fault tolerance": set(),
}
"""The README's word for a server -> the kinds of routes.json that it stands for; none of them has
what a flag of its own offers."""

_DOCUMENTATION = "a page for people"

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
    "POST /invocations": "SageMaker's one door to the routes that stand beside it",
    "POST /v1/systemone": "for models of one architecture; request() reaches it",
    "POST /score": "the same as POST /v1/score",
    "POST /rerank": "the same as POST /v1/rerank",
}
"""Routes without a method of their own. `client.request()` reaches any route."""

NOT_BUILT_YET: set[str] = {
    "abort_requests",
    "audio.transcriptions.create",
    "audio.transcriptions.stream",
    "audio.translations.create",
    "audio.translations.stream",
    "chat.completions.batch",
    "chat.completions.derender",
    "chat.completions.render",
    "classify",
    "collective_rpc",
    "completions.derender",
    "completions.render",
    "detokenize",
    "embed_v2",
    "embeddings.create",
    "fault_tolerance_apply",
    "fault_tolerance_status",
    "finish_weight_update",
    "generative_scoring",
    "get_world_size",
    "inference.abort_requests",
    "inference.generate",
    "init_weight_transfer_engine",
    "is_paused",
    "is_scaling_elastic_ep",
    "is_sleeping",
    "kv_event_sources",
    "load",
    "load_lora_adapter",
    "messages.count_tokens",
    "messages.create",
    "messages.render",
    "messages.stream",
    "metrics",
    "models.retrieve",
    "pause",
    "ping",
    "pooling",
    "register_adapter",
    "release_kv_cache_memory",
    "rerank",
    "reset_encoder_cache",
    "reset_mm_cache",
    "reset_prefix_cache",
    "responses.cancel",
    "responses.create",
    "responses.render",
    "responses.retrieve",
    "responses.stream",
    "resume",
    "scale_elastic_ep",
    "score",
    "server_info",
    "shutdown_weight_transfer_engine",
    "sleep",
    "start_draft_weight_update",
    "start_profile",
    "start_weight_update",
    "stop_profile",
    "tokenize",
    "tokenizer_info",
    "unload_lora_adapter",
    "unregister_adapter",
    "update_weight_version",
    "update_weights",
    "wake_up",
    "weight_checker",
    "weight_info",
}
"""Methods that the README's table names and the client has not. Empty in the end."""

BESIDE_ROUTES: dict[str, str] = {
    "close": "sends nothing",
    "with_api_key": "sends nothing",
    "with_header": "sends nothing",
    "with_timeout": "sends nothing",
    "wait_ready": "asks /health, /is_sleeping and /is_paused",
}
"""Public methods of the client that no row of the README's table names."""

EXAMPLES: dict[str | tuple[str, str], dict[str, Any]] = {
    "chat.completions.create": {"messages": [{"role": "user", "content": "Hi"}]},
    "chat.completions.stream": {"messages": [{"role": "user", "content": "Hi"}]},
    "completions.create": {"prompt": "Hi"},
    "completions.stream": {"prompt": "Hi"},
}
"""A method, or a route and a method -> what to call it with; nothing where it needs nothing."""

# --- requests

UNDOCUMENTED_BODIES: dict[str, tuple[str, ...]] = {}
"""A route whose body openapi.json leaves out -> the schemas of that body."""

_OUR_NAME = "with this the call opens a stream"

DIFFERING_KEYWORDS: dict[tuple[str, str], str] = {
    ("chat.completions.stream", "stream"): _OUR_NAME,
    ("completions.stream", "stream"): _OUR_NAME,
}
"""A method and a field: one of method and route has the field, and the other has not."""

TYPED_DICTS: dict[str, tuple[str, ...] | str] = {
    "endpoints.options:StreamOptions": ("StreamOptions",),
    "endpoints.options:StructuredOutputs": ("StructuredOutputsParams",),
    "endpoints.options:RepetitionDetection": ("RepetitionDetectionParams",),
    "endpoints.options:PlainResponseFormat": ("ResponseFormat",),
    "endpoints.options:JsonSchema": ("JsonSchemaResponseFormat",),
    "endpoints.options:StructuralTagFormat": ("StructuralTagResponseFormat",),
    "endpoints.options:LegacyStructuralTagFormat": ("LegacyStructuralTagResponseFormat",),
    "endpoints.options:LegacyStructuralTag": ("LegacyStructuralTag",),
    "endpoints.options:ToolParam": ("ChatCompletionToolsParam",),
    "endpoints.options:FunctionParam": (
        "vllm__entrypoints__generate__base__protocol__FunctionDefinition",
        "generate.base.protocol:FunctionDefinition",
    ),
    "endpoints.options:NamedToolChoice": ("ChatCompletionNamedToolChoiceParam",),
    "endpoints.options:NamedFunction": ("ChatCompletionNamedFunction",),
}
"""A TypedDict that is not the keywords of a method -> the schemas that it stands for."""

# --- answers

ANSWERS: dict[str, tuple[str, ...] | str] = {
    "endpoints.chat:ChatCompletionResponse": (
        "openai.chat_completion.protocol:ChatCompletionResponse",
    ),
    "endpoints.chat:Choice": ("openai.chat_completion.protocol:ChatCompletionResponseChoice",),
    "endpoints.chat:Message": ("openai.chat_completion.protocol:ChatMessage",),
    "endpoints.chat:ChatCompletionChunk": (
        "openai.chat_completion.protocol:ChatCompletionStreamResponse",
    ),
    "endpoints.chat:ChunkChoice": (
        "openai.chat_completion.protocol:ChatCompletionResponseStreamChoice",
    ),
    "endpoints.chat:Delta": ("generate.base.protocol:DeltaMessage",),
    "endpoints.chat:DeltaToolCall": ("generate.base.protocol:DeltaToolCall",),
    "endpoints.chat:DeltaFunction": ("generate.base.protocol:DeltaFunctionCall",),
    "endpoints.chat:ChoiceLogprobs": ("openai.chat_completion.protocol:ChatCompletionLogProbs",),
    "endpoints.chat:TokenLogprobs": (
        "openai.chat_completion.protocol:ChatCompletionLogProbsContent",
    ),
    "endpoints.chat:TokenLogprob": ("openai.chat_completion.protocol:ChatCompletionLogProb",),
    "endpoints.completions:CompletionResponse": ("openai.completion.protocol:CompletionResponse",),
    "endpoints.completions:CompletionChoice": (
        "openai.completion.protocol:CompletionResponseChoice",
        "openai.completion.protocol:CompletionResponseStreamChoice",
    ),
    "endpoints.completions:CompletionChunk": (
        "openai.completion.protocol:CompletionStreamResponse",
    ),
    "endpoints.completions:CompletionLogprobs": ("openai.completion.protocol:CompletionLogProbs",),
    "endpoints.models:Model": ("serve.engine.protocol:ModelCard",),
    "endpoints.models:ModelList": ("serve.engine.protocol:ModelList",),
    "endpoints.server:VersionAnswer": "vLLM has no class for the answer of /version",
    "generation:FunctionCall": ("generate.base.protocol:FunctionCall",),
    "generation:ToolCall": ("generate.base.protocol:ToolCall",),
    "generation:Usage": ("serve.engine.protocol:UsageInfo",),
    "generation:PromptTokensDetails": ("serve.engine.protocol:PromptTokenUsageInfo",),
    "generation:CompletionTokensDetails": ("serve.engine.protocol:CompletionTokenUsageInfo",),
    "generation:RequestMetrics": ("generate.base.protocol:PerRequestMetrics",),
    "generation:SpeculativeDecodingMetrics": ("generate.base.protocol:SpeculativeDecodingMetrics",),
    "generation:Logprob": ("vllm.logprobs:Logprob",),
}
"""An answer class -> vLLM's that it stands for, or why there is none."""

DIFFERING_FIELDS: dict[tuple[str, str], str] = {}
"""A class or TypedDict and a field: one of ours and vLLM's has the field, and the other has not."""

_SYSTEMONE = "of /v1/systemone, which the client does not offer"
_REALTIME = "of /v1/realtime, a WebSocket, which the client does not offer"
_INTERNAL = "never sent"
_BASE = "a base class"

NO_ANSWERS: dict[str, str] = {
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
    "generate.structured_decisions.protocol:DecisionUsage": _SYSTEMONE,
    "generate.structured_decisions.protocol:QuestionDiagnostics": _SYSTEMONE,
    "generate.structured_decisions.protocol:ReadPromptRequest": _SYSTEMONE,
    "generate.structured_decisions.protocol:StructuredDecisionResponse": _SYSTEMONE,
    "serve.engine.protocol:ErrorInfo": "an ApiError",
    "serve.engine.protocol:ErrorResponse": "an ApiError",
    "serve.engine.protocol:ModelPermission": "Model.permission keeps it as a dict",
    "serve.engine.protocol:OpenAIBaseModel": _BASE,
    "speech_to_text.realtime.protocol:ErrorEvent": _REALTIME,
    "speech_to_text.realtime.protocol:InputAudioBufferAppend": _REALTIME,
    "speech_to_text.realtime.protocol:InputAudioBufferCommit": _REALTIME,
    "speech_to_text.realtime.protocol:SessionCreated": _REALTIME,
    "speech_to_text.realtime.protocol:SessionUpdate": _REALTIME,
    "speech_to_text.realtime.protocol:TranscriptionDelta": _REALTIME,
    "speech_to_text.realtime.protocol:TranscriptionDone": _REALTIME,
}
"""vLLM's classes that nothing of ours stands for, beside those that requests.json has."""

NOT_ANSWERED_YET: set[str] = {
    "anthropic.protocol:AnthropicContextManagement",
    "anthropic.protocol:AnthropicCountTokensResponse",
    "anthropic.protocol:AnthropicDelta",
    "anthropic.protocol:AnthropicError",
    "anthropic.protocol:AnthropicErrorResponse",
    "anthropic.protocol:AnthropicMessage",
    "anthropic.protocol:AnthropicMessagesResponse",
    "anthropic.protocol:AnthropicStreamEvent",
    "anthropic.protocol:AnthropicUsage",
    "openai.responses.protocol:InputTokensDetails",
    "openai.responses.protocol:OutputTokensDetails",
    "openai.responses.protocol:ResponseCompletedEvent",
    "openai.responses.protocol:ResponseCreatedEvent",
    "openai.responses.protocol:ResponseInProgressEvent",
    "openai.responses.protocol:ResponseRawMessageAndToken",
    "openai.responses.protocol:ResponseUsage",
    "openai.responses.protocol:ResponsesResponse",
    "pooling.classify.protocol:ClassificationData",
    "pooling.classify.protocol:ClassificationResponse",
    "pooling.embed.protocol:CohereApiVersion",
    "pooling.embed.protocol:CohereBilledUnits",
    "pooling.embed.protocol:CohereEmbedByTypeEmbeddings",
    "pooling.embed.protocol:CohereEmbedResponse",
    "pooling.embed.protocol:CohereMeta",
    "pooling.embed.protocol:EmbeddingBytesResponse",
    "pooling.embed.protocol:EmbeddingResponse",
    "pooling.embed.protocol:EmbeddingResponseData",
    "pooling.pooling.protocol:IOProcessorResponse",
    "pooling.pooling.protocol:PoolingBytesResponse",
    "pooling.pooling.protocol:PoolingResponse",
    "pooling.pooling.protocol:PoolingResponseData",
    "pooling.scoring.protocol:RerankDocument",
    "pooling.scoring.protocol:RerankResponse",
    "pooling.scoring.protocol:RerankResult",
    "pooling.scoring.protocol:RerankUsage",
    "pooling.scoring.protocol:ScoreResponse",
    "pooling.scoring.protocol:ScoreResponseData",
    "scale_out.token_in_token_out.protocol:DerenderChatRequest",
    "scale_out.token_in_token_out.protocol:DerenderChatStreamRequest",
    "scale_out.token_in_token_out.protocol:DerenderChatStreamResponse",
    "scale_out.token_in_token_out.protocol:DerenderCompletionRequest",
    "scale_out.token_in_token_out.protocol:DerenderCompletionStreamRequest",
    "scale_out.token_in_token_out.protocol:DerenderCompletionStreamResponse",
    "scale_out.token_in_token_out.protocol:DerenderStreamState",
    "scale_out.token_in_token_out.protocol:GenerateChoiceBase",
    "scale_out.token_in_token_out.protocol:GenerateLogProb",
    "scale_out.token_in_token_out.protocol:GenerateLogProbs",
    "scale_out.token_in_token_out.protocol:GenerateLogProbsContent",
    "scale_out.token_in_token_out.protocol:GenerateRequest",
    "scale_out.token_in_token_out.protocol:GenerateResponseBase",
    "scale_out.token_in_token_out.protocol:GenerateStreamChoiceBase",
    "scale_out.token_in_token_out.protocol:GenerateStreamResponseBase",
    "scale_out.token_in_token_out.protocol:GenerateTextChoice",
    "scale_out.token_in_token_out.protocol:GenerateTextResponse",
    "scale_out.token_in_token_out.protocol:GenerateTextStreamChoice",
    "scale_out.token_in_token_out.protocol:GenerateTextStreamResponse",
    "scale_out.token_in_token_out.protocol:GenerateTokensChoice",
    "scale_out.token_in_token_out.protocol:GenerateTokensResponse",
    "scale_out.token_in_token_out.protocol:GenerateTokensStreamChoice",
    "scale_out.token_in_token_out.protocol:GenerateTokensStreamResponse",
    "scale_out.token_in_token_out.protocol:MultiModalFeatures",
    "scale_out.token_in_token_out.protocol:PlaceholderRangeInfo",
    "scale_out.token_in_token_out.protocol:ReasoningParserKwargs",
    "serve.tokenize.protocol:DetokenizeResponse",
    "serve.tokenize.protocol:TokenizeResponse",
    "serve.tokenize.protocol:TokenizerInfoResponse",
    "speech_to_text.transcription.protocol:TranscriptionDiarizedSegment",
    "speech_to_text.transcription.protocol:TranscriptionResponse",
    "speech_to_text.transcription.protocol:TranscriptionResponseDiarized",
    "speech_to_text.transcription.protocol:TranscriptionResponseStreamChoice",
    "speech_to_text.transcription.protocol:TranscriptionResponseVerbose",
    "speech_to_text.transcription.protocol:TranscriptionSegment",
    "speech_to_text.transcription.protocol:TranscriptionStreamResponse",
    "speech_to_text.transcription.protocol:TranscriptionUsageAudio",
    "speech_to_text.transcription.protocol:TranscriptionWord",
    "speech_to_text.translation.protocol:TranslationResponse",
    "speech_to_text.translation.protocol:TranslationResponseStreamChoice",
    "speech_to_text.translation.protocol:TranslationResponseVerbose",
    "speech_to_text.translation.protocol:TranslationSegment",
    "speech_to_text.translation.protocol:TranslationStreamResponse",
    "speech_to_text.translation.protocol:TranslationWord",
}
"""vLLM's classes that answers are still to be made for. Empty in the end."""

# --- recordings

DECODED: dict[str, tuple[str, str]] = {
    "POST /v1/chat/completions": (
        "endpoints.chat:ChatCompletionResponse",
        "endpoints.chat:ChatCompletionChunk",
    ),
    "POST /v1/completions": (
        "endpoints.completions:CompletionResponse",
        "endpoints.completions:CompletionChunk",
    ),
    "GET /v1/models": ("endpoints.models:ModelList", ""),
    "GET /version": ("endpoints.server:VersionAnswer", ""),
}
"""A route -> the class of its plain answer, and of an event of its stream; "" for none."""

NOT_DECODED: dict[str, str] = {
    "GET /health": "empty",
    "GET /is_sleeping": "a yes or no, read by wait_ready()",
    "POST /sleep": "not offered yet",
    "POST /wake_up": "not offered yet",
}
"""A route whose recorded answers are read without an answer class, or not."""

UNKNOWN_FIELDS: dict[tuple[str, str], str] = {}
"""An answer class and a key of a recorded answer that it has no field for."""
