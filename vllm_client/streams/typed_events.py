"""Streams of named events, as the Responses and Messages dialects have them: how they fail and end.

Their events are given as the server sent them; each dialect says what they add up to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from ..codec.answer import Answer
from ..errors import ParseError, VllmError
from .endings import as_met, early_end, event_of, payload_of

EventT = TypeVar("EventT", bound=Answer)
ResponseT = TypeVar("ResponseT", bound=Answer)


class NamedEventMachine(ABC, Generic[EventT, ResponseT]):
    """From the data of server-sent events to typed events, and to the answer they add up to.

    A dialect sets `over` when its last event has come.

    begun: something beside the OPENING has come; from here on an error is a StreamError with what
        had arrived.
    over: nothing more will come out.
    error: what broke the stream; to be raised when one reads on. Only an error event of the
        server's own comes out as an event, too.
    """

    OPENING: ClassVar[tuple[type[Answer], ...]]
    """The events that may come before the first delta."""
    LAST: ClassVar[str]
    """What a stream ends with, in words."""

    def __init__(self, event_class: type[EventT]) -> None:
        self.begun = False
        self.over = False
        self.error: VllmError | None = None
        self._event_class = event_class

    @abstractmethod
    def response(self) -> ResponseT:
        """What has come so far, as the answer that a plain call gives."""

    @abstractmethod
    def _add(self, event: EventT) -> None:
        """Take in an event."""

    def receive(self, texts: list[str]) -> list[EventT]:
        """The events that the data of some server-sent events are."""
        events: list[EventT] = []
        for text in texts:
            if self.over:
                break
            if text.strip() == "[DONE]":  # of a gateway; vLLM ends these streams without it
                self.end()
                break
            try:
                events.append(self._read(text))
            except VllmError as error:
                self.fail(error)
        return events

    def end(self) -> list[EventT]:
        """The bytes have ended; no event comes of it."""
        if not self.over:
            self.fail(early_end(self.LAST))
        return []

    def fail(self, error: VllmError) -> list[EventT]:
        """The bytes broke off; no event comes of it."""
        if not self.over:
            self.over = True
            self.error = as_met(error, self.begun, self.response)
        return []

    def _read(self, text: str) -> EventT:
        """The event, taken in. Raises VllmError."""
        payload, failure = payload_of(text)
        try:
            event = event_of(payload, self._event_class, text)
        except ParseError:
            if failure is not None:
                raise failure from None  # it came in the shape of another dialect
            raise
        if failure is not None:
            self.fail(failure)
        else:
            self._add(event)
            self.begun = self.begun or not isinstance(event, self.OPENING)
        return event
