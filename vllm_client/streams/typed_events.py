"""State machines for streams of typed events: Responses and Anthropic Messages.

Their items are the events as the server sent them. Each protocol has a subclass that assembles the
response.
"""

from __future__ import annotations

from abc import abstractmethod
from operator import itemgetter
from typing import Any, ClassVar, Protocol, TypeVar

from ..codec.answer import Answer
from ..errors import ParseError
from .state import EventMachine, event_of

EventT = TypeVar("EventT", bound=Answer)
ResponseT = TypeVar("ResponseT", bound=Answer)


class Part(Protocol):
    """A part of a response, such as a text or a tool call, that is assembled from its pieces."""

    @property
    def call_id(self) -> str | None:
        """The id of the tool call; None if the part is not a tool call."""
        ...


PartT = TypeVar("PartT", bound=Part)


class Parts(dict[int, PartT]):
    """The parts of a response by their index.

    Some servers send all parallel tool calls with the same index. Calls with different ids are
    kept apart: the dict contains the last call of each index, and `in_order` returns all calls.
    """

    def __init__(self) -> None:
        super().__init__()
        self._earlier: list[tuple[int, PartT]] = []

    def put(self, index: int, part: PartT) -> None:
        """Add a new part, or replace a part by its final version."""
        earlier = self.get(index)
        if earlier is not None and _is_another_call(part, earlier):
            self._earlier.append((index, earlier))
            self._forget(index, part.call_id)
        self[index] = part

    def in_order(self) -> list[PartT]:
        """Return all parts sorted by index; parts of the same index in the order of `put`."""
        return [part for _, part in sorted([*self._earlier, *self.items()], key=itemgetter(0))]

    def clear(self) -> None:
        """Remove all parts."""
        super().clear()
        self._earlier.clear()

    def _forget(self, index: int, call_id: str | None) -> None:
        """Remove the earlier version of a call, which is replaced by its final version."""
        kept = [(n, part) for n, part in self._earlier if n != index or part.call_id != call_id]
        self._earlier[:] = kept


def _is_another_call(part: Part, earlier: Part) -> bool:
    """Return whether both parts are tool calls with different ids."""
    return None not in (part.call_id, earlier.call_id) and part.call_id != earlier.call_id


class TypedEventMachine(EventMachine[EventT, ResponseT]):
    """Converts server-sent events to typed events, and assembles the response from them.

    The stream ends at the last event of the protocol. An error event of the protocol is also
    returned as an event, before the error is raised. An event without a type is dropped, except
    for its unknown fields, which may contain a message of the server.
    """

    OPENING: ClassVar[tuple[type[Answer], ...]]
    """The events that may precede the first delta. Any other event sets `begun`."""

    def __init__(self) -> None:
        super().__init__()
        self._untyped: dict[str, Any] = {}

    def _fields_beside(self) -> dict[str, Any]:
        return self._untyped

    @abstractmethod
    def _fold(self, event: EventT) -> None:
        """Update the response with an event.

        Raises:
            VllmError: The event breaks the stream.
        """

    def _add(self, event: EventT) -> list[EventT]:
        if not event.type:  # type: ignore[attr-defined]  # all classes of typed events have it
            self._untyped |= event.unknown_fields
            return []
        self._fold(event)
        self.begun = self.begun or not isinstance(event, self.OPENING)
        return [event]

    def _items_of_error_event(self, payload: Any, text: str) -> list[Any]:
        try:
            return [event_of(payload, self.event_class, text)]
        except ParseError:
            return []  # the event has the format of another protocol
