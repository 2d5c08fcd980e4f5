"""The Python client for vLLM's server.

    from vllm_client import SyncVllmClient, AsyncVllmClient, StreamEvent

Importing the package loads nothing; each name loads what it needs when it is first used.
"""

from ._version import __version__

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
        AbortAnswer as AbortAnswer,
        SleepAnswer as SleepAnswer,
        StatusAnswer as StatusAnswer,
        WakeUpAnswer as WakeUpAnswer,
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
        MultiModalFeatures as MultiModalFeatures,
        SamplingParams as SamplingParams,
    )
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
    from .endpoints.rendered import RenderedRequest as RenderedRequest
    from .endpoints.scaling import (
        EngineStatus as EngineStatus,
        FaultToleranceAnswer as FaultToleranceAnswer,
        FaultToleranceStatus as FaultToleranceStatus,
        KvEventSource as KvEventSource,
        ScaleAnswer as ScaleAnswer,
    )
    from .endpoints.scoring import (
        RerankDocument as RerankDocument,
        RerankResponse as RerankResponse,
        RerankResult as RerankResult,
        Score as Score,
        ScoreResponse as ScoreResponse,
    )
    from .endpoints.server import Readiness as Readiness, ServerInfo as ServerInfo
    from .endpoints.tokens import (
        TokenizeResponse as TokenizeResponse,
        TokenizerInfo as TokenizerInfo,
    )
    from .endpoints.tool_run import ToolRunResponse as ToolRunResponse
    from .endpoints.weights import (
        WeightCheck as WeightCheck,
        WeightInfo as WeightInfo,
        WeightUpdateAnswer as WeightUpdateAnswer,
        WeightVersionAnswer as WeightVersionAnswer,
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
        "AbortAnswer",
        "SleepAnswer",
        "StatusAnswer",
        "WakeUpAnswer",
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
        "MultiModalFeatures",
        "SamplingParams",
    ),
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
    "endpoints.rendered": ("RenderedRequest",),
    "endpoints.scaling": (
        "EngineStatus",
        "FaultToleranceAnswer",
        "FaultToleranceStatus",
        "KvEventSource",
        "ScaleAnswer",
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
    "endpoints.tokens": (
        "TokenizeResponse",
        "TokenizerInfo",
    ),
    "endpoints.tool_run": ("ToolRunResponse",),
    "endpoints.weights": (
        "WeightCheck",
        "WeightInfo",
        "WeightUpdateAnswer",
        "WeightVersionAnswer",
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

__all__ = [
    "AbortAnswer",
    "AnswerError",
    "AnyCompletionEvent",
    "AnyStreamEvent",
    "AnyToolEvent",
    "ApiError",
    "AsyncEventStream",
    "AsyncRawStream",
    "AsyncStream",
    "AsyncToolStream",
    "AsyncVllmClient",
    "AsyncVllmTransport",
    "AudioChunk",
    "Capabilities",
    "Capability",
    "ChatCompletionChunk",
    "ChatCompletionResponse",
    "ChatOptions",
    "Choice",
    "ChunkChoice",
    "Classification",
    "ClassificationResponse",
    "ClassifyOptions",
    "CompletionChoice",
    "CompletionChunk",
    "CompletionOptions",
    "CompletionResponse",
    "Delta",
    "DerenderChatStreamResponse",
    "DerenderCompletionStreamResponse",
    "DerenderStreamState",
    "EmbedV2Embeddings",
    "EmbedV2Options",
    "EmbedV2Response",
    "Embedding",
    "EmbeddingOptions",
    "EmbeddingResponse",
    "EngineStatus",
    "FaultToleranceAnswer",
    "FaultToleranceStatus",
    "FunctionCall",
    "GenerateChoice",
    "GenerateChunk",
    "GenerateResponse",
    "GenerativeScoringOptions",
    "Histogram",
    "HttpError",
    "IOProcessorResponse",
    "IoError",
    "IoTimeout",
    "KvEventSource",
    "Message",
    "MessageParam",
    "MetricFamily",
    "MetricSample",
    "Metrics",
    "Model",
    "ModelList",
    "ModelPermission",
    "MultiModalFeatures",
    "ParseError",
    "ParsedChatCompletion",
    "PoolingOptions",
    "PoolingOutput",
    "PoolingResponse",
    "RawResponse",
    "Readiness",
    "RenderedRequest",
    "RequestError",
    "RerankDocument",
    "RerankOptions",
    "RerankResponse",
    "RerankResult",
    "RetryPolicy",
    "SamplingParams",
    "ScaleAnswer",
    "Score",
    "ScoreOptions",
    "ScoreResponse",
    "ServerInfo",
    "SleepAnswer",
    "StatusAnswer",
    "StreamError",
    "StreamEvent",
    "StreamTimeout",
    "SyncEventStream",
    "SyncRawStream",
    "SyncStream",
    "SyncToolStream",
    "SyncVllmClient",
    "SyncVllmTransport",
    "Thinking",
    "Timeout",
    "TokenizeResponse",
    "TokenizerInfo",
    "ToolCall",
    "ToolParam",
    "ToolRoundsError",
    "ToolRunResponse",
    "Transcript",
    "Transcription",
    "TranscriptionDiarized",
    "TranscriptionSegment",
    "TranscriptionVerbose",
    "TranscriptionWord",
    "Translation",
    "TranslationVerbose",
    "Usage",
    "VllmClient",
    "VllmError",
    "WakeUpAnswer",
    "WeightCheck",
    "WeightInfo",
    "WeightUpdateAnswer",
    "WeightVersionAnswer",
    "__version__",
    "assistant",
    "audio",
    "function_tool",
    "image",
    "system",
    "text",
    "tool",
    "user",
    "video",
]


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
    return sorted(__all__)
