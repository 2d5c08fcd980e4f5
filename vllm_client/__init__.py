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
    from ._async.stream import AsyncEventStream as AsyncEventStream, AsyncStream as AsyncStream
    from ._sync.client import SyncVllmClient as SyncVllmClient
    from ._sync.httpx_mount import SyncVllmTransport as SyncVllmTransport
    from ._sync.stream import SyncEventStream as SyncEventStream, SyncStream as SyncStream
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
    from .endpoints.server import Readiness as Readiness
    from .endpoints.tokens import (
        TokenizeResponse as TokenizeResponse,
        TokenizerInfo as TokenizerInfo,
    )
    from .endpoints.weights import (
        WeightCheck as WeightCheck,
        WeightInfo as WeightInfo,
        WeightUpdateAnswer as WeightUpdateAnswer,
        WeightVersionAnswer as WeightVersionAnswer,
    )
    from .errors import (
        ApiError as ApiError,
        HttpError as HttpError,
        IoError as IoError,
        IoTimeout as IoTimeout,
        ParseError as ParseError,
        RequestError as RequestError,
        StreamError as StreamError,
        StreamTimeout as StreamTimeout,
        VllmError as VllmError,
    )
    from .events import (
        AnyCompletionEvent as AnyCompletionEvent,
        AnyStreamEvent as AnyStreamEvent,
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
    from .retry import RetryPolicy as RetryPolicy
    from .thinking import Thinking as Thinking
    from .timeout import Timeout as Timeout

    VllmClient = SyncVllmClient

_HOMES = {
    "_async.client": ("AsyncVllmClient",),
    "_async.httpx_mount": ("AsyncVllmTransport",),
    "_async.stream": (
        "AsyncEventStream",
        "AsyncStream",
    ),
    "_sync.client": ("SyncVllmClient",),
    "_sync.httpx_mount": ("SyncVllmTransport",),
    "_sync.stream": (
        "SyncEventStream",
        "SyncStream",
    ),
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
    "endpoints.server": ("Readiness",),
    "endpoints.tokens": (
        "TokenizeResponse",
        "TokenizerInfo",
    ),
    "endpoints.weights": (
        "WeightCheck",
        "WeightInfo",
        "WeightUpdateAnswer",
        "WeightVersionAnswer",
    ),
    "errors": (
        "ApiError",
        "HttpError",
        "IoError",
        "IoTimeout",
        "ParseError",
        "RequestError",
        "StreamError",
        "StreamTimeout",
        "VllmError",
    ),
    "events": (
        "AnyCompletionEvent",
        "AnyStreamEvent",
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
    "retry": ("RetryPolicy",),
    "thinking": ("Thinking",),
    "timeout": ("Timeout",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AbortAnswer",
    "AnyCompletionEvent",
    "AnyStreamEvent",
    "ApiError",
    "AsyncEventStream",
    "AsyncStream",
    "AsyncVllmClient",
    "AsyncVllmTransport",
    "AudioChunk",
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
    "GenerativeScoringOptions",
    "HttpError",
    "IOProcessorResponse",
    "IgnoredByServerWarning",
    "IoError",
    "IoTimeout",
    "KvEventSource",
    "Message",
    "MessageParam",
    "Model",
    "ModelList",
    "ModelPermission",
    "ParseError",
    "PoolingOptions",
    "PoolingOutput",
    "PoolingResponse",
    "Readiness",
    "RenderedRequest",
    "RequestError",
    "RerankDocument",
    "RerankOptions",
    "RerankResponse",
    "RerankResult",
    "RetryPolicy",
    "ScaleAnswer",
    "Score",
    "ScoreOptions",
    "ScoreResponse",
    "SleepAnswer",
    "StatusAnswer",
    "StreamError",
    "StreamEvent",
    "StreamTimeout",
    "SyncEventStream",
    "SyncStream",
    "SyncVllmClient",
    "SyncVllmTransport",
    "Thinking",
    "Timeout",
    "TokenizeResponse",
    "TokenizerInfo",
    "ToolCall",
    "ToolParam",
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
