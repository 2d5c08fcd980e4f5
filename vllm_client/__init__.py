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
    from ._async.stream import AsyncEventStream as AsyncEventStream
    from ._async.stream import AsyncStream as AsyncStream
    from ._sync.client import SyncVllmClient as SyncVllmClient
    from ._sync.httpx_mount import SyncVllmTransport as SyncVllmTransport
    from ._sync.stream import SyncEventStream as SyncEventStream
    from ._sync.stream import SyncStream as SyncStream
    from .endpoints.chat import (
        ChatCompletionChunk as ChatCompletionChunk,
    )
    from .endpoints.chat import (
        ChatCompletionResponse as ChatCompletionResponse,
    )
    from .endpoints.chat import (
        Choice as Choice,
    )
    from .endpoints.chat import (
        ChunkChoice as ChunkChoice,
    )
    from .endpoints.chat import (
        Delta as Delta,
    )
    from .endpoints.chat import (
        Message as Message,
    )
    from .endpoints.completions import (
        CompletionChoice as CompletionChoice,
    )
    from .endpoints.completions import (
        CompletionChunk as CompletionChunk,
    )
    from .endpoints.completions import (
        CompletionResponse as CompletionResponse,
    )
    from .endpoints.embeddings import Embedding as Embedding
    from .endpoints.embeddings import EmbeddingResponse as EmbeddingResponse
    from .endpoints.embeddings import EmbedV2Embeddings as EmbedV2Embeddings
    from .endpoints.embeddings import EmbedV2Response as EmbedV2Response
    from .endpoints.models import Model as Model
    from .endpoints.models import ModelList as ModelList
    from .endpoints.options import ChatOptions as ChatOptions
    from .endpoints.options import CompletionOptions as CompletionOptions
    from .endpoints.pooling import Classification as Classification
    from .endpoints.pooling import ClassificationResponse as ClassificationResponse
    from .endpoints.pooling import IOProcessorResponse as IOProcessorResponse
    from .endpoints.pooling import PoolingOutput as PoolingOutput
    from .endpoints.pooling import PoolingResponse as PoolingResponse
    from .endpoints.pooling_options import ClassifyOptions as ClassifyOptions
    from .endpoints.pooling_options import EmbeddingOptions as EmbeddingOptions
    from .endpoints.pooling_options import EmbedV2Options as EmbedV2Options
    from .endpoints.pooling_options import GenerativeScoringOptions as GenerativeScoringOptions
    from .endpoints.pooling_options import PoolingOptions as PoolingOptions
    from .endpoints.pooling_options import RerankOptions as RerankOptions
    from .endpoints.pooling_options import ScoreOptions as ScoreOptions
    from .endpoints.scoring import RerankDocument as RerankDocument
    from .endpoints.scoring import RerankResponse as RerankResponse
    from .endpoints.scoring import RerankResult as RerankResult
    from .endpoints.scoring import Score as Score
    from .endpoints.scoring import ScoreResponse as ScoreResponse
    from .endpoints.server import Readiness as Readiness
    from .errors import (
        ApiError as ApiError,
    )
    from .errors import (
        HttpError as HttpError,
    )
    from .errors import (
        IoError as IoError,
    )
    from .errors import (
        IoTimeout as IoTimeout,
    )
    from .errors import (
        ParseError as ParseError,
    )
    from .errors import (
        RequestError as RequestError,
    )
    from .errors import (
        StreamError as StreamError,
    )
    from .errors import (
        StreamTimeout as StreamTimeout,
    )
    from .errors import (
        VllmError as VllmError,
    )
    from .events import AnyCompletionEvent as AnyCompletionEvent
    from .events import AnyStreamEvent as AnyStreamEvent
    from .events import StreamEvent as StreamEvent
    from .generation import FunctionCall as FunctionCall
    from .generation import ToolCall as ToolCall
    from .generation import Usage as Usage
    from .media import audio as audio
    from .media import image as image
    from .media import video as video
    from .messages import assistant as assistant
    from .messages import system as system
    from .messages import text as text
    from .messages import tool as tool
    from .messages import user as user
    from .retry import RetryPolicy as RetryPolicy
    from .thinking import Thinking as Thinking
    from .timeout import Timeout as Timeout

    VllmClient = SyncVllmClient

_HOMES = {
    "_async.client": ("AsyncVllmClient",),
    "_async.stream": ("AsyncEventStream", "AsyncStream"),
    "_async.httpx_mount": ("AsyncVllmTransport",),
    "_sync.client": ("SyncVllmClient",),
    "_sync.stream": ("SyncEventStream", "SyncStream"),
    "_sync.httpx_mount": ("SyncVllmTransport",),
    "endpoints.chat": (
        "ChatCompletionChunk",
        "ChatCompletionResponse",
        "Choice",
        "ChunkChoice",
        "Delta",
        "Message",
    ),
    "endpoints.completions": ("CompletionChoice", "CompletionChunk", "CompletionResponse"),
    "endpoints.embeddings": (
        "Embedding",
        "EmbeddingResponse",
        "EmbedV2Embeddings",
        "EmbedV2Response",
    ),
    "endpoints.models": ("Model", "ModelList"),
    "endpoints.options": ("ChatOptions", "CompletionOptions"),
    "endpoints.pooling": (
        "Classification",
        "ClassificationResponse",
        "IOProcessorResponse",
        "PoolingOutput",
        "PoolingResponse",
    ),
    "endpoints.pooling_options": (
        "ClassifyOptions",
        "EmbeddingOptions",
        "EmbedV2Options",
        "GenerativeScoringOptions",
        "PoolingOptions",
        "RerankOptions",
        "ScoreOptions",
    ),
    "endpoints.scoring": (
        "RerankDocument",
        "RerankResponse",
        "RerankResult",
        "Score",
        "ScoreResponse",
    ),
    "endpoints.server": ("Readiness",),
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
    "events": ("AnyCompletionEvent", "AnyStreamEvent", "StreamEvent"),
    "generation": ("FunctionCall", "ToolCall", "Usage"),
    "media": ("audio", "image", "video"),
    "messages": ("assistant", "system", "text", "tool", "user"),
    "retry": ("RetryPolicy",),
    "thinking": ("Thinking",),
    "timeout": ("Timeout",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AnyCompletionEvent",
    "AnyStreamEvent",
    "ApiError",
    "AsyncEventStream",
    "AsyncStream",
    "AsyncVllmClient",
    "AsyncVllmTransport",
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
    "EmbedV2Embeddings",
    "EmbedV2Options",
    "EmbedV2Response",
    "Embedding",
    "EmbeddingOptions",
    "EmbeddingResponse",
    "FunctionCall",
    "GenerativeScoringOptions",
    "HttpError",
    "IOProcessorResponse",
    "IoError",
    "IoTimeout",
    "Message",
    "Model",
    "ModelList",
    "ParseError",
    "PoolingOptions",
    "PoolingOutput",
    "PoolingResponse",
    "Readiness",
    "RequestError",
    "RerankDocument",
    "RerankOptions",
    "RerankResponse",
    "RerankResult",
    "RetryPolicy",
    "Score",
    "ScoreOptions",
    "ScoreResponse",
    "StreamError",
    "StreamEvent",
    "StreamTimeout",
    "SyncEventStream",
    "SyncStream",
    "SyncVllmClient",
    "SyncVllmTransport",
    "Thinking",
    "Timeout",
    "ToolCall",
    "Usage",
    "VllmClient",
    "VllmError",
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
