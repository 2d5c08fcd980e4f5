"""The Python client for vLLM's server.

    from vllm_client import SyncVllmClient, AsyncVllmClient, StreamEvent

Importing the package loads nothing; each name loads what it needs when it is first used.
"""

from ._version import __version__ as __version__

# the name that type checkers know; importing typing for it would take most of the import's time
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ._async.client import AsyncVllmClient as AsyncVllmClient
    from ._async.httpx_mount import AsyncVllmTransport as AsyncVllmTransport
    from ._async.raw import AsyncRawStream as AsyncRawStream
    from ._async.stream import AsyncEventStream as AsyncEventStream, AsyncStream as AsyncStream
    from ._async.tool_stream import AsyncToolStream as AsyncToolStream
    from ._sync.client import SyncVllmClient as SyncVllmClient
    from ._sync.httpx_mount import SyncVllmTransport as SyncVllmTransport
    from ._sync.raw import SyncRawStream as SyncRawStream
    from ._sync.stream import SyncEventStream as SyncEventStream, SyncStream as SyncStream
    from ._sync.tool_stream import SyncToolStream as SyncToolStream
    from .endpoints.audio import (
        AudioChunk as AudioChunk,
        Transcript as Transcript,
        Transcription as Transcription,
        TranscriptionDiarized as TranscriptionDiarized,
        TranscriptionSegment as TranscriptionSegment,
        TranscriptionVerbose as TranscriptionVerbose,
        TranscriptionWord as TranscriptionWord,
        Translation as Translation,
        TranslationVerbose as TranslationVerbose,
    )
    from .endpoints.capabilities import Capabilities as Capabilities, Capability as Capability
    from .endpoints.chat import (
        ChatCompletionChunk as ChatCompletionChunk,
        ChatCompletionResponse as ChatCompletionResponse,
        Choice as Choice,
        ChunkChoice as ChunkChoice,
        Delta as Delta,
        Message as Message,
    )
    from .endpoints.completions import (
        CompletionChoice as CompletionChoice,
        CompletionChunk as CompletionChunk,
        CompletionResponse as CompletionResponse,
    )
    from .endpoints.control import (
        AbortResponse as AbortResponse,
        SleepResponse as SleepResponse,
        StatusResponse as StatusResponse,
        WakeUpResponse as WakeUpResponse,
    )
    from .endpoints.derender import (
        DerenderChatStreamResponse as DerenderChatStreamResponse,
        DerenderCompletionStreamResponse as DerenderCompletionStreamResponse,
        DerenderStreamState as DerenderStreamState,
    )
    from .endpoints.embeddings import (
        Embedding as Embedding,
        EmbeddingResponse as EmbeddingResponse,
        EmbedV2Embeddings as EmbedV2Embeddings,
        EmbedV2Response as EmbedV2Response,
    )
    from .endpoints.inference import (
        GenerateChoice as GenerateChoice,
        GenerateChunk as GenerateChunk,
        GenerateResponse as GenerateResponse,
    )
    from .endpoints.inference_request import (
        FeaturesParam as FeaturesParam,
        SamplingParams as SamplingParams,
    )
    from .endpoints.message_events import (
        ContentBlockDeltaEvent as ContentBlockDeltaEvent,
        ContentBlockStartEvent as ContentBlockStartEvent,
        ContentBlockStopEvent as ContentBlockStopEvent,
        ContentDelta as ContentDelta,
        InputJsonDelta as InputJsonDelta,
        MessageDelta as MessageDelta,
        MessageDeltaEvent as MessageDeltaEvent,
        MessagesErrorDetail as MessagesErrorDetail,
        MessagesErrorEvent as MessagesErrorEvent,
        MessagesEvent as MessagesEvent,
        MessageStartEvent as MessageStartEvent,
        MessageStopEvent as MessageStopEvent,
        PingEvent as PingEvent,
        SignatureDelta as SignatureDelta,
        TextDelta as TextDelta,
        ThinkingDelta as ThinkingDelta,
    )
    from .endpoints.messages import (
        ContentBlock as ContentBlock,
        ContextManagement as ContextManagement,
        CountTokensResponse as CountTokensResponse,
        MessagesResponse as MessagesResponse,
        MessagesUsage as MessagesUsage,
        RedactedThinkingBlock as RedactedThinkingBlock,
        TextBlock as TextBlock,
        ThinkingBlock as ThinkingBlock,
        ToolUseBlock as ToolUseBlock,
    )
    from .endpoints.messages_options import MessagesOptions as MessagesOptions
    from .endpoints.models import (
        Model as Model,
        ModelList as ModelList,
        ModelPermission as ModelPermission,
    )
    from .endpoints.options import (
        ChatOptions as ChatOptions,
        CompletionOptions as CompletionOptions,
        ToolParam as ToolParam,
    )
    from .endpoints.parsed_chat import ParsedChatCompletion as ParsedChatCompletion
    from .endpoints.pooling import (
        Classification as Classification,
        ClassificationResponse as ClassificationResponse,
        IOProcessorResponse as IOProcessorResponse,
        PoolingOutput as PoolingOutput,
        PoolingResponse as PoolingResponse,
    )
    from .endpoints.pooling_options import (
        ClassifyOptions as ClassifyOptions,
        EmbeddingOptions as EmbeddingOptions,
        EmbedV2Options as EmbedV2Options,
        GenerativeScoringOptions as GenerativeScoringOptions,
        PoolingOptions as PoolingOptions,
        RerankOptions as RerankOptions,
        ScoreOptions as ScoreOptions,
    )
    from .endpoints.raw import RawResponse as RawResponse
    from .endpoints.rendered import (
        MultiModalFeatures as MultiModalFeatures,
        PlaceholderRange as PlaceholderRange,
        RenderedRequest as RenderedRequest,
    )
    from .endpoints.response_events import (
        ResponseCodeInterpreterCallCodeDeltaEvent as ResponseCodeInterpreterCallCodeDeltaEvent,
        ResponseCodeInterpreterCallCodeDoneEvent as ResponseCodeInterpreterCallCodeDoneEvent,
        ResponseCodeInterpreterCallCompletedEvent as ResponseCodeInterpreterCallCompletedEvent,
        ResponseCodeInterpreterCallInProgressEvent as ResponseCodeInterpreterCallInProgressEvent,
        ResponseCodeInterpreterCallInterpretingEvent as ResponseCodeInterpreterCallInterpretingEvent,
        ResponseCompletedEvent as ResponseCompletedEvent,
        ResponseContentPartAddedEvent as ResponseContentPartAddedEvent,
        ResponseContentPartDoneEvent as ResponseContentPartDoneEvent,
        ResponseCreatedEvent as ResponseCreatedEvent,
        ResponseCustomToolCallInputDeltaEvent as ResponseCustomToolCallInputDeltaEvent,
        ResponseCustomToolCallInputDoneEvent as ResponseCustomToolCallInputDoneEvent,
        ResponseDeltaEvent as ResponseDeltaEvent,
        ResponseErrorEvent as ResponseErrorEvent,
        ResponseFailedEvent as ResponseFailedEvent,
        ResponseFunctionCallArgumentsDeltaEvent as ResponseFunctionCallArgumentsDeltaEvent,
        ResponseFunctionCallArgumentsDoneEvent as ResponseFunctionCallArgumentsDoneEvent,
        ResponseIncompleteEvent as ResponseIncompleteEvent,
        ResponseInProgressEvent as ResponseInProgressEvent,
        ResponseMcpCallArgumentsDeltaEvent as ResponseMcpCallArgumentsDeltaEvent,
        ResponseMcpCallArgumentsDoneEvent as ResponseMcpCallArgumentsDoneEvent,
        ResponseMcpCallCompletedEvent as ResponseMcpCallCompletedEvent,
        ResponseMcpCallInProgressEvent as ResponseMcpCallInProgressEvent,
        ResponseOutputItemAddedEvent as ResponseOutputItemAddedEvent,
        ResponseOutputItemDoneEvent as ResponseOutputItemDoneEvent,
        ResponseQueuedEvent as ResponseQueuedEvent,
        ResponseReasoningTextDeltaEvent as ResponseReasoningTextDeltaEvent,
        ResponseReasoningTextDoneEvent as ResponseReasoningTextDoneEvent,
        ResponseStreamEvent as ResponseStreamEvent,
        ResponseTextDeltaEvent as ResponseTextDeltaEvent,
        ResponseTextDoneEvent as ResponseTextDoneEvent,
        ResponseWebSearchCallCompletedEvent as ResponseWebSearchCallCompletedEvent,
        ResponseWebSearchCallInProgressEvent as ResponseWebSearchCallInProgressEvent,
        ResponseWebSearchCallSearchingEvent as ResponseWebSearchCallSearchingEvent,
    )
    from .endpoints.responses import (
        Response as Response,
        ResponseCodeInterpreterToolCall as ResponseCodeInterpreterToolCall,
        ResponseContentPart as ResponseContentPart,
        ResponseCustomToolCall as ResponseCustomToolCall,
        ResponseFunctionToolCall as ResponseFunctionToolCall,
        ResponseFunctionWebSearch as ResponseFunctionWebSearch,
        ResponseIncompleteDetails as ResponseIncompleteDetails,
        ResponseInputTokensDetails as ResponseInputTokensDetails,
        ResponseLogprob as ResponseLogprob,
        ResponseMcpCall as ResponseMcpCall,
        ResponseOutputItem as ResponseOutputItem,
        ResponseOutputMessage as ResponseOutputMessage,
        ResponseOutputRefusal as ResponseOutputRefusal,
        ResponseOutputText as ResponseOutputText,
        ResponseOutputTokensDetails as ResponseOutputTokensDetails,
        ResponseReasoningItem as ResponseReasoningItem,
        ResponseReasoningSummary as ResponseReasoningSummary,
        ResponseReasoningText as ResponseReasoningText,
        ResponseTopLogprob as ResponseTopLogprob,
        ResponseUsage as ResponseUsage,
    )
    from .endpoints.responses_options import ResponsesOptions as ResponsesOptions
    from .endpoints.scaling import (
        EngineStatus as EngineStatus,
        FaultToleranceResponse as FaultToleranceResponse,
        FaultToleranceStatus as FaultToleranceStatus,
        KvEventSource as KvEventSource,
        ScaleResponse as ScaleResponse,
    )
    from .endpoints.scoring import (
        RerankDocument as RerankDocument,
        RerankResponse as RerankResponse,
        RerankResult as RerankResult,
        Score as Score,
        ScoreResponse as ScoreResponse,
    )
    from .endpoints.server import Readiness as Readiness, ServerInfo as ServerInfo
    from .endpoints.systemone import (
        StructuredDecisionResponse as StructuredDecisionResponse,
        SystemOneOptions as SystemOneOptions,
    )
    from .endpoints.tokens import (
        TokenizeResponse as TokenizeResponse,
        TokenizerInfo as TokenizerInfo,
    )
    from .endpoints.tool_run import ToolRunResponse as ToolRunResponse
    from .endpoints.weights import (
        WeightCheck as WeightCheck,
        WeightInfo as WeightInfo,
        WeightUpdateResponse as WeightUpdateResponse,
        WeightVersionResponse as WeightVersionResponse,
    )
    from .errors import (
        AnswerError as AnswerError,
        ApiError as ApiError,
        HttpError as HttpError,
        IoError as IoError,
        IoTimeout as IoTimeout,
        ParseError as ParseError,
        RequestError as RequestError,
        StreamError as StreamError,
        StreamTimeout as StreamTimeout,
        ToolRoundsError as ToolRoundsError,
        VllmError as VllmError,
    )
    from .events import (
        AnyCompletionEvent as AnyCompletionEvent,
        AnyStreamEvent as AnyStreamEvent,
        AnyToolEvent as AnyToolEvent,
        StreamEvent as StreamEvent,
    )
    from .fitting import IgnoredByServerWarning as IgnoredByServerWarning
    from .generation import FunctionCall as FunctionCall, ToolCall as ToolCall, Usage as Usage
    from .media import audio as audio, image as image, video as video
    from .messages import (
        MessageParam as MessageParam,
        assistant as assistant,
        system as system,
        text as text,
        tool as tool,
        user as user,
    )
    from .metrics import (
        Histogram as Histogram,
        MetricFamily as MetricFamily,
        Metrics as Metrics,
        MetricSample as MetricSample,
    )
    from .retry import RetryPolicy as RetryPolicy
    from .thinking import Thinking as Thinking
    from .timeout import Timeout as Timeout
    from .tool_functions import function_tool as function_tool

    VllmClient = SyncVllmClient

_HOMES = {
    "_async.client": ("AsyncVllmClient",),
    "_async.httpx_mount": ("AsyncVllmTransport",),
    "_async.raw": ("AsyncRawStream",),
    "_async.stream": (
        "AsyncEventStream",
        "AsyncStream",
    ),
    "_async.tool_stream": ("AsyncToolStream",),
    "_sync.client": ("SyncVllmClient",),
    "_sync.httpx_mount": ("SyncVllmTransport",),
    "_sync.raw": ("SyncRawStream",),
    "_sync.stream": (
        "SyncEventStream",
        "SyncStream",
    ),
    "_sync.tool_stream": ("SyncToolStream",),
    "endpoints.audio": (
        "AudioChunk",
        "Transcript",
        "Transcription",
        "TranscriptionDiarized",
        "TranscriptionSegment",
        "TranscriptionVerbose",
        "TranscriptionWord",
        "Translation",
        "TranslationVerbose",
    ),
    "endpoints.capabilities": (
        "Capabilities",
        "Capability",
    ),
    "endpoints.chat": (
        "ChatCompletionChunk",
        "ChatCompletionResponse",
        "Choice",
        "ChunkChoice",
        "Delta",
        "Message",
    ),
    "endpoints.completions": (
        "CompletionChoice",
        "CompletionChunk",
        "CompletionResponse",
    ),
    "endpoints.control": (
        "AbortResponse",
        "SleepResponse",
        "StatusResponse",
        "WakeUpResponse",
    ),
    "endpoints.derender": (
        "DerenderChatStreamResponse",
        "DerenderCompletionStreamResponse",
        "DerenderStreamState",
    ),
    "endpoints.embeddings": (
        "EmbedV2Embeddings",
        "EmbedV2Response",
        "Embedding",
        "EmbeddingResponse",
    ),
    "endpoints.inference": (
        "GenerateChoice",
        "GenerateChunk",
        "GenerateResponse",
    ),
    "endpoints.inference_request": (
        "FeaturesParam",
        "SamplingParams",
    ),
    "endpoints.message_events": (
        "ContentBlockDeltaEvent",
        "ContentBlockStartEvent",
        "ContentBlockStopEvent",
        "ContentDelta",
        "InputJsonDelta",
        "MessageDelta",
        "MessageDeltaEvent",
        "MessageStartEvent",
        "MessageStopEvent",
        "MessagesErrorDetail",
        "MessagesErrorEvent",
        "MessagesEvent",
        "PingEvent",
        "SignatureDelta",
        "TextDelta",
        "ThinkingDelta",
    ),
    "endpoints.messages": (
        "ContentBlock",
        "ContextManagement",
        "CountTokensResponse",
        "MessagesResponse",
        "MessagesUsage",
        "RedactedThinkingBlock",
        "TextBlock",
        "ThinkingBlock",
        "ToolUseBlock",
    ),
    "endpoints.messages_options": ("MessagesOptions",),
    "endpoints.models": (
        "Model",
        "ModelList",
        "ModelPermission",
    ),
    "endpoints.options": (
        "ChatOptions",
        "CompletionOptions",
        "ToolParam",
    ),
    "endpoints.parsed_chat": ("ParsedChatCompletion",),
    "endpoints.pooling": (
        "Classification",
        "ClassificationResponse",
        "IOProcessorResponse",
        "PoolingOutput",
        "PoolingResponse",
    ),
    "endpoints.pooling_options": (
        "ClassifyOptions",
        "EmbedV2Options",
        "EmbeddingOptions",
        "GenerativeScoringOptions",
        "PoolingOptions",
        "RerankOptions",
        "ScoreOptions",
    ),
    "endpoints.raw": ("RawResponse",),
    "endpoints.rendered": (
        "MultiModalFeatures",
        "PlaceholderRange",
        "RenderedRequest",
    ),
    "endpoints.response_events": (
        "ResponseCodeInterpreterCallCodeDeltaEvent",
        "ResponseCodeInterpreterCallCodeDoneEvent",
        "ResponseCodeInterpreterCallCompletedEvent",
        "ResponseCodeInterpreterCallInProgressEvent",
        "ResponseCodeInterpreterCallInterpretingEvent",
        "ResponseCompletedEvent",
        "ResponseContentPartAddedEvent",
        "ResponseContentPartDoneEvent",
        "ResponseCreatedEvent",
        "ResponseCustomToolCallInputDeltaEvent",
        "ResponseCustomToolCallInputDoneEvent",
        "ResponseDeltaEvent",
        "ResponseErrorEvent",
        "ResponseFailedEvent",
        "ResponseFunctionCallArgumentsDeltaEvent",
        "ResponseFunctionCallArgumentsDoneEvent",
        "ResponseInProgressEvent",
        "ResponseIncompleteEvent",
        "ResponseMcpCallArgumentsDeltaEvent",
        "ResponseMcpCallArgumentsDoneEvent",
        "ResponseMcpCallCompletedEvent",
        "ResponseMcpCallInProgressEvent",
        "ResponseOutputItemAddedEvent",
        "ResponseOutputItemDoneEvent",
        "ResponseQueuedEvent",
        "ResponseReasoningTextDeltaEvent",
        "ResponseReasoningTextDoneEvent",
        "ResponseStreamEvent",
        "ResponseTextDeltaEvent",
        "ResponseTextDoneEvent",
        "ResponseWebSearchCallCompletedEvent",
        "ResponseWebSearchCallInProgressEvent",
        "ResponseWebSearchCallSearchingEvent",
    ),
    "endpoints.responses": (
        "Response",
        "ResponseCodeInterpreterToolCall",
        "ResponseContentPart",
        "ResponseCustomToolCall",
        "ResponseFunctionToolCall",
        "ResponseFunctionWebSearch",
        "ResponseIncompleteDetails",
        "ResponseInputTokensDetails",
        "ResponseLogprob",
        "ResponseMcpCall",
        "ResponseOutputItem",
        "ResponseOutputMessage",
        "ResponseOutputRefusal",
        "ResponseOutputText",
        "ResponseOutputTokensDetails",
        "ResponseReasoningItem",
        "ResponseReasoningSummary",
        "ResponseReasoningText",
        "ResponseTopLogprob",
        "ResponseUsage",
    ),
    "endpoints.responses_options": ("ResponsesOptions",),
    "endpoints.scaling": (
        "EngineStatus",
        "FaultToleranceResponse",
        "FaultToleranceStatus",
        "KvEventSource",
        "ScaleResponse",
    ),
    "endpoints.scoring": (
        "RerankDocument",
        "RerankResponse",
        "RerankResult",
        "Score",
        "ScoreResponse",
    ),
    "endpoints.server": (
        "Readiness",
        "ServerInfo",
    ),
    "endpoints.systemone": (
        "StructuredDecisionResponse",
        "SystemOneOptions",
    ),
    "endpoints.tokens": (
        "TokenizeResponse",
        "TokenizerInfo",
    ),
    "endpoints.tool_run": ("ToolRunResponse",),
    "endpoints.weights": (
        "WeightCheck",
        "WeightInfo",
        "WeightUpdateResponse",
        "WeightVersionResponse",
    ),
    "errors": (
        "AnswerError",
        "ApiError",
        "HttpError",
        "IoError",
        "IoTimeout",
        "ParseError",
        "RequestError",
        "StreamError",
        "StreamTimeout",
        "ToolRoundsError",
        "VllmError",
    ),
    "events": (
        "AnyCompletionEvent",
        "AnyStreamEvent",
        "AnyToolEvent",
        "StreamEvent",
    ),
    "fitting": ("IgnoredByServerWarning",),
    "generation": (
        "FunctionCall",
        "ToolCall",
        "Usage",
    ),
    "media": (
        "audio",
        "image",
        "video",
    ),
    "messages": (
        "MessageParam",
        "assistant",
        "system",
        "text",
        "tool",
        "user",
    ),
    "metrics": (
        "Histogram",
        "MetricFamily",
        "MetricSample",
        "Metrics",
    ),
    "retry": ("RetryPolicy",),
    "thinking": ("Thinking",),
    "timeout": ("Timeout",),
    "tool_functions": ("function_tool",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

_NAMES = sorted({*_HOME_OF, "VllmClient", "__version__"})

if not TYPE_CHECKING:  # who checks types has the imports above
    __all__ = _NAMES


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "VllmClient":
        value: object = __getattr__("SyncVllmClient")
    elif name in _HOME_OF:
        value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return _NAMES
