"""Streams of typed events, as Responses and Anthropic Messages have them.

Their items are the events as the server sent them; each protocol says what they add up to.
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
    """A part of a response, such as a text or a call, that is put together from its pieces."""

    @property
    def call_id(self) -> str | None:
        """The id of the call that the part is; None if it is no call."""
        ...


PartT = TypeVar("PartT", bound=Part)


class Parts(dict[int, PartT]):
    """The parts of a response by their index: of each index the last that began or ended.

    Some servers give all parallel calls one index. They are told apart by their ids.
    """

    def __init__(self) -> None:
        super().__init__()
        self._earlier: list[tuple[int, PartT]] = []

    def put(self, index: int, part: PartT) -> None:
        """Begin a part, or replace it by its end."""
        earlier = self.get(index)
        if earlier is not None and _is_another_call(part, earlier):
            self._earlier.append((index, earlier))
            self._forget(index, part.call_id)
        self[index] = part

    def in_order(self) -> list[PartT]:
        """All parts, by their index; calls of one index as they began or ended."""
        return [part for _, part in sorted([*self._earlier, *self.items()], key=itemgetter(0))]

    def clear(self) -> None:
        """Forget all parts."""
        super().clear()
        self._earlier.clear()

    def _forget(self, index: int, call_id: str | None) -> None:
        """Forget what had come of a call that is there whole now."""
        kept = [(n, part) for n, part in self._earlier if n != index or part.call_id != call_id]
        self._earlier[:] = kept


def _is_another_call(part: Part, earlier: Part) -> bool:
    """Whether both are calls, of different ids."""
    return None not in (part.call_id, earlier.call_id) and part.call_id != earlier.call_id


class TypedEventMachine(EventMachine[EventT, ResponseT]):
    """From the data of server-sent events to typed events, and to the response they add up to.

    A protocol ends the stream when its last event has arrived. An error event of the protocol is
    given as an event, too, before the error is raised. An event without a type brings nothing.
    """

    OPENING: ClassVar[tuple[type[Answer], ...]]
    """The events that may come before the first delta; any other begins the stream."""

    def __init__(self) -> None:
        super().__init__()
        self._untyped: dict[str, Any] = {}

    def _fields_beside(self) -> dict[str, Any]:
        return self._untyped

    @abstractmethod
    def _fold(self, event: EventT) -> None:
        """Take in an event.

        Raises:
            VllmError: the event breaks the stream.
        """

    def _add(self, event: EventT) -> list[EventT]:
        if not event.type:  # type: ignore[attr-defined]  # every class of such events has one
            self._untyped |= event.unknown_fields
            return []
        self._fold(event)
        self.begun = self.begun or not isinstance(event, self.OPENING)
        return [event]

    def _items_of_error_event(self, payload: Any, text: str) -> list[Any]:
        try:
            return [event_of(payload, self.event_class, text)]
        except ParseError:
            return []  # it came in the shape of another protocol
