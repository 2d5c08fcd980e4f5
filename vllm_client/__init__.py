"""The Python client for vLLM's server.

    from vllm_client import SyncVllmClient, AsyncVllmClient, StreamEvent

Importing the package loads nothing; each name loads what it needs when it is first used.
"""

from ._version import __version__ as __version__

# the name that type checkers know; importing typing for it would take most of the import's time
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ._async.bulk_run import AsyncBulkRun as AsyncBulkRun
    from ._async.client import AsyncVllmClient as AsyncVllmClient
    from ._async.parsed_stream import AsyncParsedStream as AsyncParsedStream
    from ._async.raw_stream import AsyncRawStream as AsyncRawStream
    from ._async.stream import AsyncEventStream as AsyncEventStream, AsyncStream as AsyncStream
    from ._async.tool_stream import AsyncToolStream as AsyncToolStream
    from ._background.bulk_run import SyncBulkRun as SyncBulkRun
    from ._io.bulk_reader import BulkResults as BulkResults, read_bulk as read_bulk
    from ._io.files import audio as audio, image as image, video as video
    from ._io.progress_line import ProgressLine as ProgressLine
    from ._sync.client import SyncVllmClient as SyncVllmClient
    from ._sync.parsed_stream import SyncParsedStream as SyncParsedStream
    from ._sync.raw_stream import SyncRawStream as SyncRawStream
    from ._sync.stream import SyncEventStream as SyncEventStream, SyncStream as SyncStream
    from ._sync.tool_stream import SyncToolStream as SyncToolStream
    from .api.anthropic.answers import (
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
    from .api.anthropic.events import (
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
    from .api.anthropic.options import MessagesOptions as MessagesOptions
    from .api.audio.answers import (
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
    from .api.chat.answers import (
        ChatCompletionChunk as ChatCompletionChunk,
        ChatCompletionResponse as ChatCompletionResponse,
        Choice as Choice,
        ChunkChoice as ChunkChoice,
        Delta as Delta,
        Message as Message,
    )
    from .api.chat.embeds import (
        audio_embeds as audio_embeds,
        image_embeds as image_embeds,
        video_embeds as video_embeds,
    )
    from .api.chat.messages import (
        MessageParam as MessageParam,
        assistant as assistant,
        system as system,
        text as text,
        tool as tool,
        user as user,
    )
    from .api.chat.options import ChatOptions as ChatOptions
    from .api.chat.parse import ParsedChatCompletion as ParsedChatCompletion
    from .api.chat.tool_conversation import ToolRunResponse as ToolRunResponse
    from .api.chat.tools import function_tool as function_tool
    from .api.common.tools import ToolParam as ToolParam
    from .api.completions.answers import (
        CompletionChoice as CompletionChoice,
        CompletionChunk as CompletionChunk,
        CompletionResponse as CompletionResponse,
    )
    from .api.completions.options import CompletionOptions as CompletionOptions
    from .api.control.dev_mode import (
        AbortResponse as AbortResponse,
        SleepResponse as SleepResponse,
        StatusResponse as StatusResponse,
        WakeUpResponse as WakeUpResponse,
    )
    from .api.control.scaling import (
        EngineStatus as EngineStatus,
        FaultToleranceResponse as FaultToleranceResponse,
        FaultToleranceStatus as FaultToleranceStatus,
        KvEventSource as KvEventSource,
        ScaleResponse as ScaleResponse,
        ScalingStatus as ScalingStatus,
    )
    from .api.control.weights import (
        WeightCheck as WeightCheck,
        WeightInfo as WeightInfo,
        WeightUpdateResponse as WeightUpdateResponse,
        WeightVersionResponse as WeightVersionResponse,
    )
    from .api.inference.answers import (
        GenerateChoice as GenerateChoice,
        GenerateChunk as GenerateChunk,
        GenerateResponse as GenerateResponse,
    )
    from .api.inference.options import (
        FeaturesParam as FeaturesParam,
        SamplingParams as SamplingParams,
    )
    from .api.pooling.decisions import (
        DecisionAnswer as DecisionAnswer,
        DecisionsOptions as DecisionsOptions,
        DecisionsResponse as DecisionsResponse,
    )
    from .api.pooling.embeddings import (
        Embedding as Embedding,
        EmbeddingResponse as EmbeddingResponse,
        EmbedV2Embeddings as EmbedV2Embeddings,
        EmbedV2Response as EmbedV2Response,
        LateChunk as LateChunk,
        LateChunking as LateChunking,
    )
    from .api.pooling.options import (
        ClassifyOptions as ClassifyOptions,
        EmbeddingOptions as EmbeddingOptions,
        EmbedV2Options as EmbedV2Options,
        GenerativeScoringOptions as GenerativeScoringOptions,
        PoolingOptions as PoolingOptions,
        RerankOptions as RerankOptions,
        ScoreOptions as ScoreOptions,
    )
    from .api.pooling.pooling import (
        Classification as Classification,
        ClassificationResponse as ClassificationResponse,
        IOProcessorResponse as IOProcessorResponse,
        PoolingOutput as PoolingOutput,
        PoolingResponse as PoolingResponse,
    )
    from .api.pooling.scoring import (
        RerankDocument as RerankDocument,
        RerankResponse as RerankResponse,
        RerankResult as RerankResult,
        Score as Score,
        ScoreResponse as ScoreResponse,
    )
    from .api.pooling.systemone import (
        StructuredDecisionResponse as StructuredDecisionResponse,
        SystemOneOptions as SystemOneOptions,
    )
    from .api.render.answers import (
        MultiModalFeatures as MultiModalFeatures,
        PlaceholderRange as PlaceholderRange,
        RenderedRequest as RenderedRequest,
    )
    from .api.render.derender import (
        DerenderChatStreamResponse as DerenderChatStreamResponse,
        DerenderCompletionStreamResponse as DerenderCompletionStreamResponse,
        DerenderStreamState as DerenderStreamState,
    )
    from .api.responses.answers import (
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
    from .api.responses.events import (
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
    from .api.responses.options import ResponsesOptions as ResponsesOptions
    from .api.server.capabilities import Capabilities as Capabilities
    from .api.server.metrics import (
        Histogram as Histogram,
        MetricFamily as MetricFamily,
        Metrics as Metrics,
        MetricSample as MetricSample,
    )
    from .api.server.models import (
        Model as Model,
        ModelList as ModelList,
        ModelPermission as ModelPermission,
    )
    from .api.server.raw import RawResponse as RawResponse
    from .api.server.status import Readiness as Readiness, ServerInfo as ServerInfo
    from .api.server.tokens import (
        TokenizeResponse as TokenizeResponse,
        TokenizerInfo as TokenizerInfo,
    )
    from .balancing.server_status import ServerStatus as ServerStatus
    from .bulk.bulk_item import BulkItem as BulkItem
    from .bulk.concurrency import Concurrency as Concurrency
    from .bulk.report import BulkReport as BulkReport
    from .bulk.results import BulkResult as BulkResult
    from .bulk.run_options import BulkKeywords as BulkKeywords, RunKeywords as RunKeywords
    from .bulk.run_stats import RunStats as RunStats
    from .bulk.server_lane import ServerStats as ServerStats
    from .call.retry import RetryPolicy as RetryPolicy, is_retryable as is_retryable
    from .call.servers import Servers as Servers
    from .call.version_adapter import IgnoredByServerWarning as IgnoredByServerWarning
    from .codec.thinking import Thinking as Thinking
    from .codec.tool_call import FunctionCall as FunctionCall, ToolCall as ToolCall
    from .codec.usage import Usage as Usage
    from .errors import (
        AnswerError as AnswerError,
        ApiError as ApiError,
        BulkError as BulkError,
        BulkFileError as BulkFileError,
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
    from .http.timeouts import Timeout as Timeout
    from .record import Call as Call, CallAttempt as CallAttempt, Timing as Timing
    from .status_errors import (
        AuthenticationError as AuthenticationError,
        BadRequestError as BadRequestError,
        InternalServerError as InternalServerError,
        NotFoundError as NotFoundError,
        PermissionDeniedError as PermissionDeniedError,
        RateLimitError as RateLimitError,
        ServerUnavailableError as ServerUnavailableError,
        UnprocessableEntityError as UnprocessableEntityError,
    )
    from .streams.events import (
        AnyCompletionEvent as AnyCompletionEvent,
        AnyStreamEvent as AnyStreamEvent,
        AnyToolEvent as AnyToolEvent,
        StreamEvent as StreamEvent,
    )
    from .telemetry.observer import Observer as Observer
    from .vllm.routes import Capability as Capability

    VllmClient = SyncVllmClient

_HOMES = {
    "_async.bulk_run": ("AsyncBulkRun",),
    "_async.client": ("AsyncVllmClient",),
    "_async.parsed_stream": ("AsyncParsedStream",),
    "_async.raw_stream": ("AsyncRawStream",),
    "_async.stream": (
        "AsyncEventStream",
        "AsyncStream",
    ),
    "_async.tool_stream": ("AsyncToolStream",),
    "_background.bulk_run": ("SyncBulkRun",),
    "_io.bulk_reader": ("BulkResults", "read_bulk"),
    "_io.files": (
        "audio",
        "image",
        "video",
    ),
    "_io.progress_line": ("ProgressLine",),
    "_sync.client": ("SyncVllmClient",),
    "_sync.parsed_stream": ("SyncParsedStream",),
    "_sync.raw_stream": ("SyncRawStream",),
    "_sync.stream": (
        "SyncEventStream",
        "SyncStream",
    ),
    "_sync.tool_stream": ("SyncToolStream",),
    "api.anthropic.answers": (
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
    "api.anthropic.events": (
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
    "api.anthropic.options": ("MessagesOptions",),
    "api.audio.answers": (
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
    "api.chat.answers": (
        "ChatCompletionChunk",
        "ChatCompletionResponse",
        "Choice",
        "ChunkChoice",
        "Delta",
        "Message",
    ),
    "api.chat.embeds": (
        "audio_embeds",
        "image_embeds",
        "video_embeds",
    ),
    "api.chat.messages": (
        "MessageParam",
        "assistant",
        "system",
        "text",
        "tool",
        "user",
    ),
    "api.chat.options": ("ChatOptions",),
    "api.chat.parse": ("ParsedChatCompletion",),
    "api.chat.tool_conversation": ("ToolRunResponse",),
    "api.chat.tools": ("function_tool",),
    "api.common.tools": ("ToolParam",),
    "api.completions.answers": (
        "CompletionChoice",
        "CompletionChunk",
        "CompletionResponse",
    ),
    "api.completions.options": ("CompletionOptions",),
    "api.control.dev_mode": (
        "AbortResponse",
        "SleepResponse",
        "StatusResponse",
        "WakeUpResponse",
    ),
    "api.control.scaling": (
        "EngineStatus",
        "FaultToleranceResponse",
        "FaultToleranceStatus",
        "KvEventSource",
        "ScaleResponse",
        "ScalingStatus",
    ),
    "api.control.weights": (
        "WeightCheck",
        "WeightInfo",
        "WeightUpdateResponse",
        "WeightVersionResponse",
    ),
    "api.inference.answers": (
        "GenerateChoice",
        "GenerateChunk",
        "GenerateResponse",
    ),
    "api.inference.options": (
        "FeaturesParam",
        "SamplingParams",
    ),
    "api.pooling.decisions": (
        "DecisionAnswer",
        "DecisionsOptions",
        "DecisionsResponse",
    ),
    "api.pooling.embeddings": (
        "EmbedV2Embeddings",
        "EmbedV2Response",
        "LateChunk",
        "LateChunking",
        "Embedding",
        "EmbeddingResponse",
    ),
    "api.pooling.options": (
        "ClassifyOptions",
        "EmbedV2Options",
        "EmbeddingOptions",
        "GenerativeScoringOptions",
        "PoolingOptions",
        "RerankOptions",
        "ScoreOptions",
    ),
    "api.pooling.pooling": (
        "Classification",
        "ClassificationResponse",
        "IOProcessorResponse",
        "PoolingOutput",
        "PoolingResponse",
    ),
    "api.pooling.scoring": (
        "RerankDocument",
        "RerankResponse",
        "RerankResult",
        "Score",
        "ScoreResponse",
    ),
    "api.pooling.systemone": (
        "StructuredDecisionResponse",
        "SystemOneOptions",
    ),
    "api.render.answers": (
        "MultiModalFeatures",
        "PlaceholderRange",
        "RenderedRequest",
    ),
    "api.render.derender": (
        "DerenderChatStreamResponse",
        "DerenderCompletionStreamResponse",
        "DerenderStreamState",
    ),
    "api.responses.answers": (
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
    "api.responses.events": (
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
    "api.responses.options": ("ResponsesOptions",),
    "api.server.capabilities": ("Capabilities",),
    "api.server.metrics": (
        "Histogram",
        "MetricFamily",
        "MetricSample",
        "Metrics",
    ),
    "api.server.models": (
        "Model",
        "ModelList",
        "ModelPermission",
    ),
    "api.server.raw": ("RawResponse",),
    "api.server.status": (
        "Readiness",
        "ServerInfo",
    ),
    "api.server.tokens": (
        "TokenizeResponse",
        "TokenizerInfo",
    ),
    "balancing.server_status": ("ServerStatus",),
    "bulk.bulk_item": ("BulkItem",),
    "bulk.concurrency": ("Concurrency",),
    "bulk.report": ("BulkReport",),
    "bulk.results": ("BulkResult",),
    "bulk.run_options": ("BulkKeywords", "RunKeywords"),
    "bulk.run_stats": ("RunStats",),
    "bulk.server_lane": ("ServerStats",),
    "call.retry": ("RetryPolicy", "is_retryable"),
    "call.servers": ("Servers",),
    "call.version_adapter": ("IgnoredByServerWarning",),
    "codec.thinking": ("Thinking",),
    "codec.tool_call": (
        "FunctionCall",
        "ToolCall",
    ),
    "codec.usage": ("Usage",),
    "errors": (
        "AnswerError",
        "ApiError",
        "BulkError",
        "BulkFileError",
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
    "http.timeouts": ("Timeout",),
    "status_errors": (
        "AuthenticationError",
        "BadRequestError",
        "InternalServerError",
        "NotFoundError",
        "PermissionDeniedError",
        "RateLimitError",
        "ServerUnavailableError",
        "UnprocessableEntityError",
    ),
    "streams.events": (
        "AnyCompletionEvent",
        "AnyStreamEvent",
        "AnyToolEvent",
        "StreamEvent",
    ),
    "record": ("Call", "CallAttempt", "Timing"),
    "telemetry.observer": ("Observer",),
    "vllm.routes": ("Capability",),
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
