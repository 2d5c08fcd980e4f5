"""Streams of typed events, as Responses and Anthropic Messages have them.

Their items are the events as the server sent them; each protocol says what they add up to.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, TypeVar

from ..codec.answer import Answer
from ..errors import ParseError
from .state import EventMachine, event_of

EventT = TypeVar("EventT", bound=Answer)
ResponseT = TypeVar("ResponseT", bound=Answer)


class TypedEventMachine(EventMachine[EventT, ResponseT]):
    """From the data of server-sent events to typed events, and to the response they add up to.

    A protocol ends the stream when its last event has arrived. An error event of the protocol is
    given as an event, too, before the error is raised.
    """

    OPENING: ClassVar[tuple[type[Answer], ...]]
    """The events that may come before the first delta; any other begins the stream."""

    @abstractmethod
    def _fold(self, event: EventT) -> None:
        """Take in an event.

        Raises:
            VllmError: the event breaks the stream.
        """

    def _add(self, event: EventT) -> list[EventT]:
        self._fold(event)
        self.begun = self.begun or not isinstance(event, self.OPENING)
        return [event]

    def _items_of_error_event(self, payload: Any, text: str) -> list[Any]:
        try:
            return [event_of(payload, self.event_class, text)]
        except ParseError:
            return []  # it came in the shape of another protocol
