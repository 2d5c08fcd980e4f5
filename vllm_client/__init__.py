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
    from ._async.stream import AsyncEventStream as AsyncEventStream
    from ._async.stream import AsyncStream as AsyncStream
    from ._sync.client import SyncVllmClient as SyncVllmClient
    from ._sync.httpx_mount import SyncVllmTransport as SyncVllmTransport
    from ._sync.raw import SyncRawStream as SyncRawStream
    from ._sync.stream import SyncEventStream as SyncEventStream
    from ._sync.stream import SyncStream as SyncStream
    from .endpoints.capabilities import Capabilities as Capabilities
    from .endpoints.capabilities import Capability as Capability
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
    from .endpoints.inference import GenerateChoice as GenerateChoice
    from .endpoints.inference import GenerateChunk as GenerateChunk
    from .endpoints.inference import GenerateResponse as GenerateResponse
    from .endpoints.inference_request import MultiModalFeatures as MultiModalFeatures
    from .endpoints.inference_request import SamplingParams as SamplingParams
    from .endpoints.models import Model as Model
    from .endpoints.models import ModelList as ModelList
    from .endpoints.options import ChatOptions as ChatOptions
    from .endpoints.options import CompletionOptions as CompletionOptions
    from .endpoints.raw import RawResponse as RawResponse
    from .endpoints.server import Readiness as Readiness
    from .endpoints.server import ServerInfo as ServerInfo
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
    from .metrics import Histogram as Histogram
    from .metrics import MetricFamily as MetricFamily
    from .metrics import Metrics as Metrics
    from .metrics import MetricSample as MetricSample
    from .retry import RetryPolicy as RetryPolicy
    from .thinking import Thinking as Thinking
    from .timeout import Timeout as Timeout

    VllmClient = SyncVllmClient

_HOMES = {
    "_async.client": ("AsyncVllmClient",),
    "_async.raw": ("AsyncRawStream",),
    "_async.stream": ("AsyncEventStream", "AsyncStream"),
    "_async.httpx_mount": ("AsyncVllmTransport",),
    "_sync.client": ("SyncVllmClient",),
    "_sync.raw": ("SyncRawStream",),
    "_sync.stream": ("SyncEventStream", "SyncStream"),
    "_sync.httpx_mount": ("SyncVllmTransport",),
    "endpoints.capabilities": ("Capabilities", "Capability"),
    "endpoints.chat": (
        "ChatCompletionChunk",
        "ChatCompletionResponse",
        "Choice",
        "ChunkChoice",
        "Delta",
        "Message",
    ),
    "endpoints.completions": ("CompletionChoice", "CompletionChunk", "CompletionResponse"),
    "endpoints.inference": ("GenerateChoice", "GenerateChunk", "GenerateResponse"),
    "endpoints.inference_request": ("MultiModalFeatures", "SamplingParams"),
    "endpoints.models": ("Model", "ModelList"),
    "endpoints.options": ("ChatOptions", "CompletionOptions"),
    "endpoints.raw": ("RawResponse",),
    "endpoints.server": ("Readiness", "ServerInfo"),
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
    "metrics": ("Histogram", "MetricFamily", "MetricSample", "Metrics"),
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
    "AsyncRawStream",
    "AsyncStream",
    "AsyncVllmClient",
    "AsyncVllmTransport",
    "Capabilities",
    "Capability",
    "ChatCompletionChunk",
    "ChatCompletionResponse",
    "ChatOptions",
    "Choice",
    "ChunkChoice",
    "CompletionChoice",
    "CompletionChunk",
    "CompletionOptions",
    "CompletionResponse",
    "Delta",
    "FunctionCall",
    "GenerateChoice",
    "GenerateChunk",
    "GenerateResponse",
    "Histogram",
    "HttpError",
    "IoError",
    "IoTimeout",
    "Message",
    "MetricFamily",
    "MetricSample",
    "Metrics",
    "Model",
    "ModelList",
    "MultiModalFeatures",
    "ParseError",
    "RawResponse",
    "Readiness",
    "RequestError",
    "RetryPolicy",
    "SamplingParams",
    "ServerInfo",
    "StreamError",
    "StreamEvent",
    "StreamTimeout",
    "SyncEventStream",
    "SyncRawStream",
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
