"""What a streaming call needs beside its request: who makes sense of the bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs

from ..call.request import RequestSpec
from .body import StreamBody
from .state import StreamMachine

ItemT = TypeVar("ItemT")
ResponseT = TypeVar("ResponseT")


def _events(kind: str) -> Callable[[bytes], list[str]]:
    return StreamBody(kind).feed


@attrs.frozen
class StreamPlan(Generic[ItemT, ResponseT]):
    """A streaming request, and what reads each attempt at it.

    Attributes:
        spec: the request.
        machine: makes a new machine.
        feed: makes a new function that splits the bytes of a body of this content-type, and b"" at
            its end, into what the machine receives.
        any_content: whether the response may be of another kind than server-sent events.
    """

    spec: RequestSpec[Any]
    machine: Callable[[], StreamMachine[ItemT, ResponseT]]
    feed: Callable[[str], Callable[[bytes], list[Any]]] = _events
    any_content: bool = False

    def is_stream(self, status: int) -> bool:
        """Whether a response of this status may have the stream as its body."""
        return status < 300 if self.any_content else status == 200
