"""Streams of named events, as the Responses and Messages dialects have them: how they fail and end.

Their events are given as the server sent them; each dialect says what they add up to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from .answer import Answer
from .api_error import error_of_event
from .convert import structure
from .errors import StreamError, VllmError
from .json_codec import loads
from .stream_machine import of_stream, unreadable

EventT = TypeVar("EventT", bound=Answer)
ResponseT = TypeVar("ResponseT", bound=Answer)


class EventMachine(ABC, Generic[EventT, ResponseT]):
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
            cut = StreamError(f"the stream ended before {self.LAST}")
            cut.retryable = True
            self.fail(cut)
        return []

    def fail(self, error: VllmError) -> list[EventT]:
        """The bytes broke off; no event comes of it."""
        if not self.over:
            self.over = True
            self.error = of_stream(error, self.response()) if self.begun else error
        return []

    def _read(self, text: str) -> EventT:
        """The event, taken in. Raises VllmError."""
        failure: VllmError | None = None
        try:
            payload = loads(text)
            failure = error_of_event(payload) if isinstance(payload, dict) else None
            event = structure(payload, self._event_class)
        except (ValueError, RecursionError) as error:
            if failure is not None:
                raise failure from None  # it came in the shape of another dialect
            raise unreadable(text, error) from error
        if failure is not None:
            self.fail(failure)
        else:
            self._add(event)
            self.begun = self.begun or not isinstance(event, self.OPENING)
        return event
