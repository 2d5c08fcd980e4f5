"""What a streaming call needs beside its request: who makes sense of the bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs

from ..call.request import RequestSpec
from ..http.sse import SseDecoder
from .state import StreamMachine

ItemT = TypeVar("ItemT")
ResponseT = TypeVar("ResponseT")


def _events() -> Callable[[bytes], list[str]]:
    return SseDecoder().feed


@attrs.frozen
class StreamPlan(Generic[ItemT, ResponseT]):
    """A streaming request, and what reads each attempt at it.

    Attributes:
        spec: the request.
        machine: makes a new machine.
        feed: makes a new function that splits bytes into what the machine receives.
        any_content: whether the response may be of another kind than server-sent events.
    """

    spec: RequestSpec[Any]
    machine: Callable[[], StreamMachine[ItemT, ResponseT]]
    feed: Callable[[], Callable[[bytes], list[Any]]] = _events
    any_content: bool = False

    def is_stream(self, status: int, content_type: str) -> bool:
        """Whether an answer with this head is the stream that was asked for."""
        if self.any_content:
            return status < 300
        return status == 200 and content_type.lower().startswith("text/event-stream")
