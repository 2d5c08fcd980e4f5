"""Names of streamed responses, at their module path in openai-python."""

from ..._async.response_stream import (
    AsyncResponseStream,
    AsyncResponseStreamManager,
)
from ..._sync.response_stream import (
    ResponseStream,
    ResponseStreamManager,
)
from ...types.responses import (
    ResponseCompletedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)

__all__ = [
    "AsyncResponseStream",
    "AsyncResponseStreamManager",
    "ResponseCompletedEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseStream",
    "ResponseStreamEvent",
    "ResponseStreamManager",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
]
