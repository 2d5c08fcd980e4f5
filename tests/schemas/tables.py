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
}
"""Routes without a method of their own. `client.request()` reaches any route."""

BESIDE_ROUTES: dict[str, str] = {
    "close": "sends nothing",
    "with_api_key": "sends nothing",
    "with_header": "sends nothing",
    "with_timeout": "sends nothing",
    "capabilities": "asks /openapi.json, /v1/models and others",
    "request": "goes to any route",
    "stream_request": "goes to any route",
    "wait_ready": "asks /health, /is_sleeping and /is_paused",
}
"""Public methods of the client that no row of the README's table names."""


def _hour(city: str) -> int:
    """The hour of the day in a city."""
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
"""A method, or a route and a method -> what to call it with; nothing where it needs nothing."""

# --- requests

_TOKENS = "scale_out.token_in_token_out.protocol"

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
"""A route whose body openapi.json leaves out -> the schemas of that body."""

_STREAM = "the method itself says it"
_BY_HAND = "vLLM reads it from the request by hand, so that no schema has it"
_FORM = "the form's name for timestamp_granularities"

DIFFERING_KEYWORDS: dict[tuple[str, str], str] = {
    ("abort_requests", "request_ids"): _BY_HAND,
    ("audio.transcriptions.create", "timestamp_granularities"): _FORM,
    ("audio.transcriptions.create", "timestamp_granularities[]"): _FORM,
    ("audio.transcriptions.stream", "stream"): _STREAM,
    ("audio.transcriptions.stream", "timestamp_granularities"): _FORM,
    ("audio.transcriptions.stream", "timestamp_granularities[]"): _FORM,
    ("audio.translations.stream", "stream"): _STREAM,
    ("chat.completions.derender", "stream"): "a chunk or a whole answer says it",
    ("chat.completions.parse", "stream"): _STREAM,
    ("chat.completions.run_tools", "max_rounds"): "how often the client asks again",
    ("chat.completions.run_tools", "stream"): _STREAM,
    ("chat.completions.stream", "stream"): _STREAM,
    ("chat.completions.stream_tools", "max_rounds"): "how often the client asks again",
    ("chat.completions.stream_tools", "stream"): _STREAM,
    ("collective_rpc", "args"): _BY_HAND,
    ("collective_rpc", "kwargs"): _BY_HAND,
    ("collective_rpc", "method"): _BY_HAND,
    ("collective_rpc", "rpc_timeout"): _BY_HAND + "; there it is `timeout`",
    ("completions.derender", "stream"): "a chunk or a whole answer says it",
    ("completions.stream", "stream"): _STREAM,
    ("fault_tolerance_apply", "instruction"): _BY_HAND,
    ("fault_tolerance_apply", "params"): _BY_HAND,
    ("inference.abort_requests", "request_ids"): _BY_HAND,
    ("messages.render", "stream"): "nothing is streamed",
    ("messages.stream", "stream"): _STREAM,
    ("models.retrieve", "model"): "vLLM has no route for one model; it is taken from the list",
    ("register_adapter", "name"): _BY_HAND,
    ("register_adapter", "pin"): _BY_HAND,
    ("register_adapter", "preload"): _BY_HAND,
    ("register_adapter", "src"): _BY_HAND,
    ("rerank", "version"): "which of the three routes",
    ("responses.render", "stream"): "nothing is streamed",
    ("responses.stream", "stream"): _STREAM,
    ("scale_elastic_ep", "drain_timeout"): _BY_HAND,
    ("scale_elastic_ep", "new_data_parallel_size"): _BY_HAND,
    ("score", "version"): "which of the two routes",
    ("start_profile", "delay_iterations"): "no server of routes.json has the route",
    ("start_profile", "max_iterations"): "no server of routes.json has the route",
    ("start_profile", "profile_prefix"): "no server of routes.json has the route",
    ("wake_up", "tags"): _BY_HAND,
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
    "endpoints.messages_options:JsonOutputFormat": ("AnthropicJsonOutputFormat",),
    "endpoints.messages_options:MessagesTool": ("AnthropicTool",),
    "endpoints.messages_options:MessagesToolChoice": ("AnthropicToolChoice",),
    "endpoints.messages_options:OutputConfig": ("AnthropicOutputConfig",),
    "endpoints.messages_options:ThinkingAdaptive": ("AnthropicThinkingConfigAdaptive",),
    "endpoints.messages_options:ThinkingDisabled": ("AnthropicThinkingConfigDisabled",),
    "endpoints.messages_options:ThinkingEnabled": ("AnthropicThinkingConfigEnabled",),
    "endpoints.responses_options:NamedFunctionChoice": ("ToolChoiceFunction",),
    "endpoints.responses_options:ResponseFormatJsonSchema": ("ResponseFormatTextJSONSchemaConfig",),
    "endpoints.responses_options:ResponseFormatPlain": ("ResponseFormatText",),
    "endpoints.responses_options:ResponseFunctionTool": ("FunctionTool",),
    "endpoints.responses_options:ResponseReasoning": (
        "openai__types__shared__reasoning__Reasoning",
    ),
    "endpoints.responses_options:ResponseTextConfig": ("ResponseTextConfig",),
    "endpoints.pooling_options:EmbedV2Content": ("CohereEmbedContent",),
    "endpoints.pooling_options:EmbedV2Input": ("CohereEmbedInput",),
    "endpoints.pooling_options:MultiModalItem": ("ScoreMultiModalParam",),
    "endpoints.systemone:Question": ("QuestionSpec",),
    "endpoints.tensors:Head": "what comes of a tensor's header, for the answer classes",
    "endpoints.inference_request:FeaturesParam": (f"{_TOKENS}:MultiModalFeatures",),
    "endpoints.inference_request:PlaceholderParam": (f"{_TOKENS}:PlaceholderRangeInfo",),
    "endpoints.inference_request:ReasoningParserKwargs": (f"{_TOKENS}:ReasoningParserKwargs",),
    "endpoints.inference_request:SamplingParams": (
        "vllm.sampling_params.SamplingParams, which is no class of pydantic's"
    ),
}
"""A TypedDict that is not the keywords of a method -> the schemas that it stands for."""

# --- answers

_BASE = "a base class"
_NO_CLASS = "vLLM has no class for it"
_OPENAI = "openai's class, which vLLM sends and no class of vLLM's names"
_ANTHROPIC_BLOCK = "one type of a block, of which AnthropicContentBlock is the sum"
_ANTHROPIC_EVENT = "one type of an event or delta, of which AnthropicStreamEvent is the sum"

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
    "endpoints.models:ModelPermission": ("serve.engine.protocol:ModelPermission",),
    "endpoints.models:ModelList": ("serve.engine.protocol:ModelList",),
    "endpoints.parsed_chat:ParsedChatCompletion": "a ChatCompletionResponse, read on",
    "endpoints.server:LoadResponse": _NO_CLASS,
    "endpoints.server:ServerInfo": _NO_CLASS,
    "endpoints.server:VersionResponse": _NO_CLASS,
    "endpoints.tool_run:ToolRunResponse": "a ChatCompletionResponse, and how it came about",
    "generation:FunctionCall": ("generate.base.protocol:FunctionCall",),
    "generation:ToolCall": ("generate.base.protocol:ToolCall",),
    "generation:Usage": ("serve.engine.protocol:UsageInfo",),
    "generation:PromptTokensDetails": ("serve.engine.protocol:PromptTokenUsageInfo",),
    "generation:CompletionTokensDetails": ("serve.engine.protocol:CompletionTokenUsageInfo",),
    "generation:RequestMetrics": ("generate.base.protocol:PerRequestMetrics",),
    "generation:SpeculativeDecodingMetrics": ("generate.base.protocol:SpeculativeDecodingMetrics",),
    "generation:Logprob": ("vllm.logprobs:Logprob",),
    "endpoints.audio:AudioChunk": (
        "speech_to_text.transcription.protocol:TranscriptionStreamResponse",
        "speech_to_text.translation.protocol:TranslationStreamResponse",
    ),
    "endpoints.audio:AudioChunkChoice": (
        "speech_to_text.transcription.protocol:TranscriptionResponseStreamChoice",
        "speech_to_text.translation.protocol:TranslationResponseStreamChoice",
    ),
    "endpoints.audio:AudioDuration": (
        "speech_to_text.transcription.protocol:TranscriptionUsageAudio",
    ),
    "endpoints.audio:DiarizedSegment": (
        "speech_to_text.transcription.protocol:TranscriptionDiarizedSegment",
    ),
    "endpoints.audio:Transcript": "what a stream adds up to",
    "endpoints.audio:Transcription": (
        "speech_to_text.transcription.protocol:TranscriptionResponse",
    ),
    "endpoints.audio:TranscriptionDiarized": (
        "speech_to_text.transcription.protocol:TranscriptionResponseDiarized",
    ),
    "endpoints.audio:TranscriptionSegment": (
        "speech_to_text.transcription.protocol:TranscriptionSegment",
        "speech_to_text.translation.protocol:TranslationSegment",
    ),
    "endpoints.audio:TranscriptionVerbose": (
        "speech_to_text.transcription.protocol:TranscriptionResponseVerbose",
    ),
    "endpoints.audio:TranscriptionWord": (
        "speech_to_text.transcription.protocol:TranscriptionWord",
        "speech_to_text.translation.protocol:TranslationWord",
    ),
    "endpoints.audio:Translation": ("speech_to_text.translation.protocol:TranslationResponse",),
    "endpoints.audio:TranslationVerbose": (
        "speech_to_text.translation.protocol:TranslationResponseVerbose",
    ),
    "endpoints.control:AbortResponse": _NO_CLASS,
    "endpoints.control:SleepResponse": _NO_CLASS,
    "endpoints.control:StatusResponse": _NO_CLASS,
    "endpoints.control:WakeUpResponse": _NO_CLASS,
    "endpoints.derender:DerenderChatStreamResponse": (
        "scale_out.token_in_token_out.protocol:DerenderChatStreamResponse",
    ),
    "endpoints.derender:DerenderCompletionStreamResponse": (
        "scale_out.token_in_token_out.protocol:DerenderCompletionStreamResponse",
    ),
    "endpoints.derender:DerenderStreamState": (
        "scale_out.token_in_token_out.protocol:DerenderStreamState",
    ),
    "endpoints.embeddings:EmbedV2ApiVersion": ("pooling.embed.protocol:CohereApiVersion",),
    "endpoints.embeddings:EmbedV2BilledUnits": ("pooling.embed.protocol:CohereBilledUnits",),
    "endpoints.embeddings:EmbedV2Embeddings": (
        "pooling.embed.protocol:CohereEmbedByTypeEmbeddings",
    ),
    "endpoints.embeddings:EmbedV2Meta": ("pooling.embed.protocol:CohereMeta",),
    "endpoints.embeddings:EmbedV2Response": ("pooling.embed.protocol:CohereEmbedResponse",),
    "endpoints.embeddings:Embedding": ("pooling.embed.protocol:EmbeddingResponseData",),
    "endpoints.embeddings:EmbeddingResponse": ("pooling.embed.protocol:EmbeddingResponse",),
    "endpoints.inference:CandidateLogprob": (
        "scale_out.token_in_token_out.protocol:GenerateLogProb",
    ),
    "endpoints.inference:ChosenLogprob": (
        "scale_out.token_in_token_out.protocol:GenerateLogProbsContent",
    ),
    "endpoints.inference:GenerateChoice": (
        "scale_out.token_in_token_out.protocol:GenerateTextChoice",
        "scale_out.token_in_token_out.protocol:GenerateTokensChoice",
        "scale_out.token_in_token_out.protocol:GenerateTextStreamChoice",
        "scale_out.token_in_token_out.protocol:GenerateTokensStreamChoice",
    ),
    "endpoints.inference:GenerateChunk": (
        "scale_out.token_in_token_out.protocol:GenerateTextStreamResponse",
        "scale_out.token_in_token_out.protocol:GenerateTokensStreamResponse",
    ),
    "endpoints.inference:GenerateLogprobs": (
        "scale_out.token_in_token_out.protocol:GenerateLogProbs",
    ),
    "endpoints.inference:GenerateResponse": (
        "scale_out.token_in_token_out.protocol:GenerateTextResponse",
        "scale_out.token_in_token_out.protocol:GenerateTokensResponse",
    ),
    "endpoints.inference:WeightVersion": ("vllm.outputs:WeightVersionSpan",),
    "endpoints.message_events:ContentBlockDeltaEvent": _ANTHROPIC_EVENT,
    "endpoints.message_events:ContentBlockStartEvent": _ANTHROPIC_EVENT,
    "endpoints.message_events:ContentBlockStopEvent": _ANTHROPIC_EVENT,
    "endpoints.message_events:ContentDelta": _ANTHROPIC_EVENT,
    "endpoints.message_events:InputJsonDelta": _ANTHROPIC_EVENT,
    "endpoints.message_events:MessageDelta": _ANTHROPIC_EVENT,
    "endpoints.message_events:MessageDeltaEvent": _ANTHROPIC_EVENT,
    "endpoints.message_events:MessageStartEvent": _ANTHROPIC_EVENT,
    "endpoints.message_events:MessageStopEvent": _ANTHROPIC_EVENT,
    "endpoints.message_events:MessagesErrorDetail": ("anthropic.protocol:AnthropicError",),
    "endpoints.message_events:MessagesErrorEvent": ("anthropic.protocol:AnthropicErrorResponse",),
    "endpoints.message_events:MessagesEvent": _ANTHROPIC_EVENT,
    "endpoints.message_events:PingEvent": _ANTHROPIC_EVENT,
    "endpoints.message_events:SignatureDelta": _ANTHROPIC_EVENT,
    "endpoints.message_events:TextDelta": _ANTHROPIC_EVENT,
    "endpoints.message_events:ThinkingDelta": _ANTHROPIC_EVENT,
    "endpoints.messages:ContentBlock": _ANTHROPIC_BLOCK,
    "endpoints.messages:ContextManagement": ("anthropic.protocol:AnthropicContextManagement",),
    "endpoints.messages:CountTokensResponse": ("anthropic.protocol:AnthropicCountTokensResponse",),
    "endpoints.messages:MessagesResponse": ("anthropic.protocol:AnthropicMessagesResponse",),
    "endpoints.messages:MessagesUsage": ("anthropic.protocol:AnthropicUsage",),
    "endpoints.messages:RedactedThinkingBlock": _ANTHROPIC_BLOCK,
    "endpoints.messages:TextBlock": _ANTHROPIC_BLOCK,
    "endpoints.messages:ThinkingBlock": _ANTHROPIC_BLOCK,
    "endpoints.messages:ToolUseBlock": _ANTHROPIC_BLOCK,
    "endpoints.pooling:Classification": ("pooling.classify.protocol:ClassificationData",),
    "endpoints.pooling:ClassificationResponse": (
        "pooling.classify.protocol:ClassificationResponse",
    ),
    "endpoints.pooling:IOProcessorResponse": ("pooling.pooling.protocol:IOProcessorResponse",),
    "endpoints.pooling:PoolingOutput": ("pooling.pooling.protocol:PoolingResponseData",),
    "endpoints.pooling:PoolingResponse": ("pooling.pooling.protocol:PoolingResponse",),
    "endpoints.rendered:MultiModalFeatures": (
        "scale_out.token_in_token_out.protocol:MultiModalFeatures",
    ),
    "endpoints.rendered:PlaceholderRange": (
        "scale_out.token_in_token_out.protocol:PlaceholderRangeInfo",
    ),
    "endpoints.rendered:RenderedRequest": (
        "scale_out.token_in_token_out.protocol:GenerateRequest",
    ),
    "endpoints.response_events:ResponseCodeInterpreterCallCodeDeltaEvent": (
        "openai.types.responses.response_code_interpreter_call_code_delta_event:ResponseCodeInterpreterCallCodeDeltaEvent",
    ),
    "endpoints.response_events:ResponseCodeInterpreterCallCodeDoneEvent": (
        "openai.types.responses.response_code_interpreter_call_code_done_event:ResponseCodeInterpreterCallCodeDoneEvent",
    ),
    "endpoints.response_events:ResponseCodeInterpreterCallCompletedEvent": (
        "openai.types.responses.response_code_interpreter_call_completed_event:ResponseCodeInterpreterCallCompletedEvent",
    ),
    "endpoints.response_events:ResponseCodeInterpreterCallInProgressEvent": (
        "openai.types.responses.response_code_interpreter_call_in_progress_event:ResponseCodeInterpreterCallInProgressEvent",
    ),
    "endpoints.response_events:ResponseCodeInterpreterCallInterpretingEvent": (
        "openai.types.responses.response_code_interpreter_call_interpreting_event:ResponseCodeInterpreterCallInterpretingEvent",
    ),
    "endpoints.response_events:ResponseCompletedEvent": (
        "openai.responses.protocol:ResponseCompletedEvent",
    ),
    "endpoints.response_events:ResponseContentPartAddedEvent": (
        "openai.types.responses.response_content_part_added_event:ResponseContentPartAddedEvent",
    ),
    "endpoints.response_events:ResponseContentPartDoneEvent": (
        "openai.types.responses.response_content_part_done_event:ResponseContentPartDoneEvent",
    ),
    "endpoints.response_events:ResponseCreatedEvent": (
        "openai.responses.protocol:ResponseCreatedEvent",
    ),
    "endpoints.response_events:ResponseCustomToolCallInputDeltaEvent": (
        "openai.types.responses.response_custom_tool_call_input_delta_event:ResponseCustomToolCallInputDeltaEvent",
    ),
    "endpoints.response_events:ResponseCustomToolCallInputDoneEvent": (
        "openai.types.responses.response_custom_tool_call_input_done_event:ResponseCustomToolCallInputDoneEvent",
    ),
    "endpoints.response_events:ResponseDeltaEvent": _BASE,
    "endpoints.response_events:ResponseErrorEvent": _OPENAI,
    "endpoints.response_events:ResponseFailedEvent": _OPENAI,
    "endpoints.response_events:ResponseFunctionCallArgumentsDeltaEvent": _OPENAI,
    "endpoints.response_events:ResponseFunctionCallArgumentsDoneEvent": _OPENAI,
    "endpoints.response_events:ResponseInProgressEvent": (
        "openai.responses.protocol:ResponseInProgressEvent",
    ),
    "endpoints.response_events:ResponseIncompleteEvent": _OPENAI,
    "endpoints.response_events:ResponseItemEvent": _BASE,
    "endpoints.response_events:ResponseMcpCallArgumentsDeltaEvent": (
        "openai.types.responses.response_mcp_call_arguments_delta_event:ResponseMcpCallArgumentsDeltaEvent",
    ),
    "endpoints.response_events:ResponseMcpCallArgumentsDoneEvent": (
        "openai.types.responses.response_mcp_call_arguments_done_event:ResponseMcpCallArgumentsDoneEvent",
    ),
    "endpoints.response_events:ResponseMcpCallCompletedEvent": (
        "openai.types.responses.response_mcp_call_completed_event:ResponseMcpCallCompletedEvent",
    ),
    "endpoints.response_events:ResponseMcpCallInProgressEvent": (
        "openai.types.responses.response_mcp_call_in_progress_event:ResponseMcpCallInProgressEvent",
    ),
    "endpoints.response_events:ResponseOutputItemAddedEvent": (
        "openai.types.responses.response_output_item_added_event:ResponseOutputItemAddedEvent",
    ),
    "endpoints.response_events:ResponseOutputItemDoneEvent": (
        "openai.types.responses.response_output_item_done_event:ResponseOutputItemDoneEvent",
    ),
    "endpoints.response_events:ResponseQueuedEvent": _OPENAI,
    "endpoints.response_events:ResponseReasoningTextDeltaEvent": (
        "openai.types.responses.response_reasoning_text_delta_event:ResponseReasoningTextDeltaEvent",
    ),
    "endpoints.response_events:ResponseReasoningTextDoneEvent": (
        "openai.types.responses.response_reasoning_text_done_event:ResponseReasoningTextDoneEvent",
    ),
    "endpoints.response_events:ResponseStateEvent": _BASE,
    "endpoints.response_events:ResponseStreamEvent": _BASE,
    "endpoints.response_events:ResponseTextDeltaEvent": _OPENAI,
    "endpoints.response_events:ResponseTextDoneEvent": _OPENAI,
    "endpoints.response_events:ResponseWebSearchCallCompletedEvent": (
        "openai.types.responses.response_web_search_call_completed_event:ResponseWebSearchCallCompletedEvent",
    ),
    "endpoints.response_events:ResponseWebSearchCallInProgressEvent": (
        "openai.types.responses.response_web_search_call_in_progress_event:ResponseWebSearchCallInProgressEvent",
    ),
    "endpoints.response_events:ResponseWebSearchCallSearchingEvent": (
        "openai.types.responses.response_web_search_call_searching_event:ResponseWebSearchCallSearchingEvent",
    ),
    "endpoints.responses:Response": ("openai.responses.protocol:ResponsesResponse",),
    "endpoints.responses:ResponseCodeInterpreterToolCall": (
        "openai.types.responses.response_code_interpreter_tool_call:ResponseCodeInterpreterToolCall",
    ),
    "endpoints.responses:ResponseContentPart": _BASE,
    "endpoints.responses:ResponseCustomToolCall": (
        "openai.types.responses.response_custom_tool_call:ResponseCustomToolCall",
    ),
    "endpoints.responses:ResponseFunctionToolCall": (
        "openai.types.responses.response_function_tool_call:ResponseFunctionToolCall",
    ),
    "endpoints.responses:ResponseFunctionWebSearch": (
        "openai.types.responses.response_function_web_search:ResponseFunctionWebSearch",
    ),
    "endpoints.responses:ResponseIncompleteDetails": (
        "openai.types.responses.response:IncompleteDetails",
    ),
    "endpoints.responses:ResponseInputTokensDetails": (
        "openai.responses.protocol:InputTokensDetails",
    ),
    "endpoints.responses:ResponseLogprob": ("openai.types.responses.response_output_text:Logprob",),
    "endpoints.responses:ResponseMcpCall": ("openai.types.responses.response_output_item:McpCall",),
    "endpoints.responses:ResponseOutputItem": _BASE,
    "endpoints.responses:ResponseOutputMessage": (
        "openai.types.responses.response_output_message:ResponseOutputMessage",
    ),
    "endpoints.responses:ResponseOutputRefusal": (
        "openai.types.responses.response_output_refusal:ResponseOutputRefusal",
    ),
    "endpoints.responses:ResponseOutputText": (
        "openai.types.responses.response_output_text:ResponseOutputText",
    ),
    "endpoints.responses:ResponseOutputTokensDetails": (
        "openai.responses.protocol:OutputTokensDetails",
    ),
    "endpoints.responses:ResponseReasoningItem": (
        "openai.types.responses.response_reasoning_item:ResponseReasoningItem",
    ),
    "endpoints.responses:ResponseReasoningSummary": (
        "openai.types.responses.response_reasoning_item:Summary",
    ),
    "endpoints.responses:ResponseReasoningText": (
        "openai.types.responses.response_reasoning_item:Content",
    ),
    "endpoints.responses:ResponseTopLogprob": (
        "openai.types.responses.response_output_text:LogprobTopLogprob",
    ),
    "endpoints.responses:ResponseUsage": ("openai.responses.protocol:ResponseUsage",),
    "endpoints.scaling:EngineStatus": _NO_CLASS,
    "endpoints.scaling:FaultToleranceResponse": _NO_CLASS,
    "endpoints.scaling:FaultToleranceStatus": _NO_CLASS,
    "endpoints.scaling:KvEventSource": _NO_CLASS,
    "endpoints.scaling:ScaleResponse": _NO_CLASS,
    "endpoints.scoring:RerankDocument": ("pooling.scoring.protocol:RerankDocument",),
    "endpoints.scoring:RerankResponse": ("pooling.scoring.protocol:RerankResponse",),
    "endpoints.scoring:RerankResult": ("pooling.scoring.protocol:RerankResult",),
    "endpoints.scoring:RerankUsage": ("pooling.scoring.protocol:RerankUsage",),
    "endpoints.scoring:Score": ("pooling.scoring.protocol:ScoreResponseData",),
    "endpoints.scoring:ScoreResponse": ("pooling.scoring.protocol:ScoreResponse",),
    "endpoints.systemone:DecisionUsage": ("generate.structured_decisions.protocol:DecisionUsage",),
    "endpoints.systemone:QuestionDiagnostics": (
        "generate.structured_decisions.protocol:QuestionDiagnostics",
    ),
    "endpoints.systemone:StructuredDecisionResponse": (
        "generate.structured_decisions.protocol:StructuredDecisionResponse",
    ),
    "endpoints.tensors:TensorMetadata": "what the metadata header of bytes says",
    "endpoints.tensors:TensorOutput": _BASE,
    "endpoints.tensors:TensorPlace": "what the metadata header of bytes says",
    "endpoints.tokens:DetokenizeResponse": ("serve.tokenize.protocol:DetokenizeResponse",),
    "endpoints.tokens:TokenizeResponse": ("serve.tokenize.protocol:TokenizeResponse",),
    "endpoints.tokens:TokenizerInfo": ("serve.tokenize.protocol:TokenizerInfoResponse",),
    "endpoints.weights:WeightCheck": _NO_CLASS,
    "endpoints.weights:WeightInfo": _NO_CLASS,
    "endpoints.weights:WeightUpdateResponse": _NO_CLASS,
    "endpoints.weights:WeightVersionResponse": _NO_CLASS,
}
"""An answer class -> vLLM's that it stands for, or why there is none."""

_NOT_READ = "a field of openai's class that vLLM does not read"
_OF_TEXT = "of answers whose logprobs come as in a chat"
_NOT_VLLMS = "a field of openai's class that vLLM does not set"

DIFFERING_FIELDS: dict[tuple[str, str], str] = {
    ("endpoints.inference:CandidateLogprob", "bytes"): _OF_TEXT,
    ("endpoints.inference:CandidateLogprob", "token"): _OF_TEXT,
    ("endpoints.inference:ChosenLogprob", "bytes"): _OF_TEXT,
    ("endpoints.inference:ChosenLogprob", "token"): _OF_TEXT,
    ("endpoints.responses_options:ResponseFunctionTool", "allowed_callers"): _NOT_READ,
    ("endpoints.responses_options:ResponseFunctionTool", "async"): _NOT_READ,
    ("endpoints.responses_options:ResponseFunctionTool", "defer_loading"): _NOT_READ,
    ("endpoints.responses_options:ResponseFunctionTool", "output_schema"): _NOT_READ,
    ("endpoints.responses_options:ResponseReasoning", "context"): _NOT_READ,
    ("endpoints.responses_options:ResponseReasoning", "generate_summary"): _NOT_READ,
    ("endpoints.responses_options:ResponseReasoning", "mode"): _NOT_READ,
    ("endpoints.responses:ResponseFunctionToolCall", "created_by"): "vLLM adds it",
    ("endpoints.responses:ResponseFunctionToolCall", "async"): _NOT_VLLMS,
    ("endpoints.responses:ResponseCustomToolCall", "async"): _NOT_VLLMS,
    ("endpoints.response_events:ResponseMcpCallArgumentsDoneEvent", "name"): "vLLM adds it",
}
"""A class or TypedDict and a field: one of ours and vLLM's has the field, and the other has not."""

_REALTIME = "of /v1/realtime, a WebSocket, which the client does not offer"
_INTERNAL = "never sent"
_SUM = "several classes of ours, one for each type"
_BYTES = "bytes and a header, read into the same class as JSON"

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
    "anthropic.protocol:AnthropicMessage": "a message of a request, which is any mapping",
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
    "generate.structured_decisions.protocol:ReadPromptRequest": _INTERNAL,
    "serve.engine.protocol:ErrorInfo": "an ApiError",
    "serve.engine.protocol:ErrorResponse": "an ApiError",
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

# --- recordings

_CHAT = "endpoints.chat:ChatCompletionResponse"
_BY_HAND_TOO = "one value, read without a class: "

DECODED: dict[str, tuple[str, str]] = {
    "POST /v1/chat/completions": (_CHAT, "endpoints.chat:ChatCompletionChunk"),
    "POST /v1/chat/completions/batch": (_CHAT, ""),
    "POST /v1/chat/completions/render": ("endpoints.rendered:RenderedRequest", ""),
    "POST /v1/completions": (
        "endpoints.completions:CompletionResponse",
        "endpoints.completions:CompletionChunk",
    ),
    "POST /v1/completions/render": ("endpoints.rendered:RenderedRequest", ""),
    "POST /v1/responses": (
        "endpoints.responses:Response",
        "endpoints.response_events:ResponseStreamEvent",
    ),
    "POST /v1/messages": (
        "endpoints.messages:MessagesResponse",
        "endpoints.message_events:MessagesEvent",
    ),
    "POST /v1/messages/count_tokens": ("endpoints.messages:CountTokensResponse", ""),
    "POST /inference/v1/generate": (
        "endpoints.inference:GenerateResponse",
        "endpoints.inference:GenerateChunk",
    ),
    "POST /classify": ("endpoints.pooling:ClassificationResponse", ""),
    "POST /generative_scoring": ("endpoints.scoring:ScoreResponse", ""),
    "POST /score": ("endpoints.scoring:ScoreResponse", ""),
    "POST /v1/score": ("endpoints.scoring:ScoreResponse", ""),
    "POST /rerank": ("endpoints.scoring:RerankResponse", ""),
    "POST /v1/rerank": ("endpoints.scoring:RerankResponse", ""),
    "POST /v2/rerank": ("endpoints.scoring:RerankResponse", ""),
    "POST /tokenize": ("endpoints.tokens:TokenizeResponse", ""),
    "POST /detokenize": ("endpoints.tokens:DetokenizeResponse", ""),
    "GET /v1/models": ("endpoints.models:ModelList", ""),
    "GET /version": ("endpoints.server:VersionResponse", ""),
    "GET /load": ("endpoints.server:LoadResponse", ""),
    "GET /weight_info": ("endpoints.weights:WeightInfo", ""),
    "POST /sleep": ("endpoints.control:SleepResponse", ""),
    "POST /wake_up": ("endpoints.control:WakeUpResponse", ""),
    "POST /pause": ("endpoints.control:StatusResponse", ""),
    "POST /resume": ("endpoints.control:StatusResponse", ""),
}
"""A route -> the class of its plain answer (or of each in a list), and of an event of its stream;
"" for none."""

NOT_DECODED: dict[str, str] = {
    "GET /health": "empty",
    "GET /ping": "empty",
    "GET /metrics": "text: tests/test_metrics.py",
    "GET /get_world_size": _BY_HAND_TOO + "tests/endpoints/test_weights.py",
    "GET /is_paused": _BY_HAND_TOO + "tests/endpoints/test_control.py",
    "GET /is_sleeping": _BY_HAND_TOO + "tests/endpoints/test_control.py",
    "GET /kv_event_sources": "an object of answers: tests/endpoints/test_scaling.py",
    "POST /inference/v1/abort_requests": "empty",
    "POST /pooling": "tensors in many forms: tests/endpoints/test_pooling.py",
    "POST /reset_mm_cache": "empty",
    "POST /reset_prefix_cache": _BY_HAND_TOO + "tests/endpoints/test_control.py",
    "POST /v1/audio/transcriptions": "a class for each form: tests/endpoints/test_audio.py",
    "POST /v1/audio/translations": "a class for each form: tests/endpoints/test_audio.py",
    "POST /v1/chat/completions/derender": "two classes: tests/endpoints/test_derender.py",
    "POST /v1/completions/derender": "two classes: tests/endpoints/test_derender.py",
    "POST /v1/embeddings": "tensors in many forms: tests/endpoints/test_embeddings.py",
    "POST /v1/load_lora_adapter": "text: tests/endpoints/test_lora.py",
    "POST /v1/unload_lora_adapter": "text: tests/endpoints/test_lora.py",
}
"""A route whose recorded answers have no class of their own, and the test that reads them."""

UNKNOWN_FIELDS: dict[tuple[str, str], str] = {}
"""An answer class and a key of a recorded answer that it has no field for."""
