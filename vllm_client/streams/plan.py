"""What a streaming call needs beside its request: who makes sense of the bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import attrs

from ..call.request import RequestSpec
from ..errors import VllmError
from ..http.sse import SseDecoder

ItemT = TypeVar("ItemT")
ResponseT = TypeVar("ResponseT", covariant=True)


class Machine(Protocol[ItemT, ResponseT]):
    """From the data of server-sent events to items, and to what they add up to.

    Where a plan reads bytes as they are, they are what it receives.
    """

    @property
    def begun(self) -> bool:
        """Whether anything has come that a reader may have seen."""
        ...

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        ...

    @property
    def error(self) -> VllmError | None:
        """What broke the stream; raised when one reads on."""
        ...

    def receive(self, texts: list[Any]) -> list[ItemT]:
        """The items that these data make."""
        ...

    def end(self) -> list[ItemT]:
        """The last items, now that the bytes have ended."""
        ...

    def fail(self, error: VllmError) -> list[ItemT]:
        """The last items, now that the bytes broke off."""
        ...

    def response(self) -> ResponseT:
        """What has come so far."""
        ...


def _events() -> Callable[[bytes], list[str]]:
    return SseDecoder().feed


@attrs.frozen
class StreamPlan(Generic[ItemT, ResponseT]):
    """A streaming request, and what reads each attempt at it.

    machine: makes a new machine. feed: makes a new function that takes bytes apart for it.
    any_content: whether the answer may be of another kind than server-sent events.
    """

    spec: RequestSpec[Any]
    machine: Callable[[], Machine[ItemT, ResponseT]]
    feed: Callable[[], Callable[[bytes], list[Any]]] = _events
    any_content: bool = False

    def is_stream(self, status: int, content_type: str) -> bool:
        """Whether an answer with this head is the stream that was asked for."""
        if self.any_content:
            return status < 300
        return status == 200 and content_type.lower().startswith("text/event-stream")
