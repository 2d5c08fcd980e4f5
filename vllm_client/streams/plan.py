"""A streaming request together with the functions that interpret its response."""

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
    """A streaming request, and the factories of the objects that read its response.

    Attributes:
        spec: The request.
        machine: Returns a new state machine, for each attempt.
        feed: Takes the content-type of the response, and returns a function that splits the body
            into the items that the state machine receives. That function is called with b"" at the
            end of the body. Default: split server-sent events.
        any_content: Whether the response may be something else than server-sent events.
    """

    spec: RequestSpec[Any]
    machine: Callable[[], StreamMachine[ItemT, ResponseT]]
    feed: Callable[[str], Callable[[bytes], list[Any]]] = _events
    any_content: bool = False

    def is_stream(self, status: int) -> bool:
        """Return whether the body of a response with this status may be the stream."""
        return status < 300 if self.any_content else status == 200
