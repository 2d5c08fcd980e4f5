"""The base classes of the state machines that interpret streams.

A state machine receives data of a stream and returns the items to pass to its reader: events or
chunks. It does no I/O.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from ..call.reported_errors import declared_error, error_of_event, words_beside
from ..codec.answer import Answer
from ..codec.decoder import structure
from ..codec.json_codec import loads, may_have_halves
from ..errors import ApiError, IoTimeout, ParseError, StreamError, VllmError, shortened
from ..http.html_page import is_page, text_of_page
from ..http.sse import ErrorData
from .body import WholeAnswer
from .endings import (
    ENDINGS,
    Signal,
    StreamProtocol,
    closed_by_reader,
    connection_lost,
    ended_early,
    error_for_reader,
)
from .halved_text import HalvedTexts, HasEnded, TextPlace

ItemT = TypeVar("ItemT")
ResponseT = TypeVar("ResponseT")
AnswerT = TypeVar("AnswerT", bound=Answer)


class StreamMachine(ABC, Generic[ItemT, ResponseT]):
    """Converts the data of a stream to items, and assembles the response from them.

    Attributes:
        begun: Whether the reader may have received a part of the response. Before that, an error is
            raised as by a call without streaming; afterwards it is a StreamError with `partial()`.
        finished: Whether everything that the protocol requires has arrived, and the stream may end
            after a grace period although it stays open.
        over: Whether the stream has ended, so that no more items follow.
        error: The error that broke the stream, raised when its reader reads on.
    """

    protocol: StreamProtocol
    """The row of `ENDINGS` that defines when the stream is complete."""

    def __init__(self) -> None:
        self.begun = False
        self.finished = False
        self.over = False
        self.error: VllmError | None = None

    @abstractmethod
    def receive(self, texts: list[Any]) -> list[ItemT]:
        """Process data of the stream, and return the resulting items.

        Args:
            texts: The data of server-sent events; for raw streams, bytes.
        """

    @abstractmethod
    def partial(self) -> ResponseT:
        """Return the response received so far, as the class of the call without streaming."""

    @property
    def usage(self) -> Any:
        """The token counts; None if they have not arrived."""
        return None

    @property
    def described(self) -> Any:
        """An object with `id`, `model`, `usage` and `metrics`, as far as they have arrived."""
        return None

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """The finish reasons of the finished choices."""
        return ()

    @property
    def deltas(self) -> int | None:
        """The number of pieces of text that have arrived; None if they are not counted."""
        return None

    def end(self) -> list[ItemT]:
        """Handle the end of the bytes, and return the last items."""
        return self._end_at(Signal.END_OF_BYTES)

    def lose_connection(self, error: VllmError) -> list[ItemT]:
        """Handle an error of the connection, and return the last items.

        If all choices have finished, a timeout ends the stream without an error.
        """
        if self.finished and isinstance(error, IoTimeout):
            return self._end_at(Signal.END_OF_GRACE)
        items: list[ItemT] = []
        # `error.partial` has the events before bytes that could not be decoded
        if isinstance(error, StreamError):
            items = self.receive(error.partial or [])
            error.partial = None
        return items + self.fail(connection_lost(error))

    def left(self) -> StreamError:
        """Return the error for reading on after the reader has closed the stream."""
        return closed_by_reader(self.begun, self.partial())

    def fail(self, error: VllmError) -> list[ItemT]:
        """Handle an error that breaks the stream, and return the last items."""
        if self.over:
            return []
        held_back = self._close()
        self.error = error_for_reader(error, self.begun, self.partial)
        return held_back + self._items_of_error(self.error)

    def _end_at(self, signal: Signal) -> list[ItemT]:
        """Handle a signal that ends the stream, and return the last items.

        If the stream is not complete, it ends with an error.
        """
        if self.over:
            return []
        ending = ENDINGS[self.protocol]
        if signal not in ending.complete_at or not self._is_finished():
            return self.fail(ended_early(ending, signal, words_beside(self._fields_beside())))
        return self._close() + self._items_of_end()

    def _may_end(self) -> bool:
        """Return whether the stream is complete if it ends after a grace period."""
        return Signal.END_OF_GRACE in ENDINGS[self.protocol].complete_at and self._is_finished()

    def _close(self) -> list[Any]:
        """Mark the stream as over, and return the items of held-back text."""
        self.over = True
        return []

    def _is_finished(self) -> bool:
        """Return whether everything that the protocol requires has arrived."""
        return True

    def _fields_beside(self) -> dict[str, Any]:
        """Return the received fields that the protocol does not define."""
        return {}

    def _items_of_end(self) -> list[Any]:
        """Return the items that report that the stream is complete."""
        return []

    def _items_of_error(self, error: VllmError) -> list[Any]:
        """Return the items that report that the stream broke."""
        return []


# The data of events without content, which some gateways send to keep a connection alive.
_NOTHING = frozenset({"", "null"})


class EventMachine(StreamMachine[ItemT, ResponseT]):
    """A state machine for server-sent events whose data is JSON, or [DONE]."""

    event_class: type[Answer]
    """The class of the events, or their common base class."""

    def __init__(self) -> None:
        super().__init__()
        self._halved = HalvedTexts(self._find_texts)

    def _find_texts(self, payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
        """Find the texts in the payload of an event.

        Returns:
            The texts, and a function that returns whether the texts of a group are complete.
        """
        return (), lambda _: False

    def _with_place(self, payload: Any) -> Any:
        """Add the index that an event refers to, if the server left it out of the payload."""
        return payload

    def _as_events(self, answer: dict[str, Any]) -> list[Any]:
        """Convert a non-streaming answer to the payloads of equivalent events.

        Returns:
            The payloads; [] if this is not an answer.
        """
        return []

    @abstractmethod
    def _add(self, event: Any) -> list[ItemT]:
        """Process an event: update `begun` and the response, and return the resulting items.

        Raises:
            VllmError: The event breaks the stream.
        """

    def receive(self, texts: list[str]) -> list[ItemT]:
        """Process the data of some server-sent events, and return the resulting items."""
        items: list[ItemT] = []
        for text in texts:
            self._read(text, items)
        return items

    def _read(self, text: str, items: list[ItemT]) -> Any:
        """Process the data of one event, and append the resulting items to `items`.

        Returns:
            The event; None if the data is not an event, or the stream is over.
        """
        if self.over or (text in _NOTHING and type(text) is str):
            return None
        if text.strip() == "[DONE]":
            items += self._end_at(Signal.DONE)
            return None
        try:
            payload, error = payload_of(text)
            if error is not None:
                items += self._items_of_error_event(payload, text)
                raise error
            if type(text) is WholeAnswer:
                return self._read_answer(payload, text, items)
            return self._add_payload(payload, text, items)
        except VllmError as error:
            items += self.fail(error)
            return None

    def _add_payload(self, payload: Any, text: str, items: list[ItemT]) -> Any:
        """Process an event, and append its items.

        Raises:
            VllmError: The payload is not an event, or the event breaks the stream.
        """
        payload = self._with_place(payload)
        if self._halved.held or ("\\u" in text and may_have_halves(text)):
            *before, payload = self._halved.joined(payload)
            for one in before:
                items += self._add(structure(one, self.event_class))
        event = event_of(payload, self.event_class, text)
        items += self._add(event)
        failure = self._failure_in(event)
        if failure is not None:
            raise failure
        return event

    def _read_answer(self, answer: Any, text: str, items: list[ItemT]) -> None:
        """Process a body that is the answer of a call without streaming, and append its items.

        Raises:
            VllmError: The body is not such an answer, or the answer reports an error.
        """
        events = self._as_events(answer) if isinstance(answer, dict) else []
        if not events:
            words = words_beside(answer)
            said = f"; the server says: {words}" if words else ""
            expected = "expected a stream of events, or an answer with results in it"
            problem = ParseError(f"{expected}{said}")
            problem.body = shortened(text)
            raise problem
        for event in events:
            self._add_payload(event, text, items)
        at_end = Signal.END_OF_BYTES in ENDINGS[self.protocol].complete_at
        items += self._end_at(Signal.END_OF_BYTES if at_end else Signal.DONE)

    def _failure_in(self, event: Any) -> VllmError | None:
        """Return an error that the event reports in addition to its content; None without one."""
        return None

    def fail(self, error: VllmError) -> list[ItemT]:
        """Handle an error that breaks the stream, and return the last items."""
        if self.over:
            return []
        items: list[ItemT] = []
        for payload in self._halved.rest():
            items += self._add(structure(payload, self.event_class))
        return items + super().fail(error)

    def _items_of_error_event(self, payload: Any, text: str) -> list[Any]:
        """Return items for an error event of the server, before the error breaks the stream."""
        return []


def payload_of(text: str) -> tuple[Any, ApiError | None]:
    """Decode the data of an event; return the payload and the server's error in it, if any.

    Raises:
        ParseError: The data is not JSON.
    """
    try:
        payload = loads(text)
    except (ValueError, RecursionError) as error:
        if isinstance(text, ErrorData):
            return text, declared_error(text)
        raise _not_decodable(text, error) from error
    is_declared = type(text) is ErrorData
    return payload, declared_error(payload) if is_declared else error_of_event(payload)


def event_of(payload: Any, event_class: type[AnswerT], text: str) -> AnswerT:
    """Convert a payload, whose JSON is `text`, to an event.

    Raises:
        ParseError: The payload is not such an event.
    """
    try:
        return structure(payload, event_class)
    except (ValueError, RecursionError) as error:
        raise _not_decodable(text, error) from error


def _not_decodable(text: str, error: Exception) -> ParseError:
    where = error.where if isinstance(error, ParseError) else "$"
    problem = text_of_page(text) if is_page(text) else error
    failure = ParseError(f"an event of the stream is not a chunk: {problem}", where)
    failure.body = shortened(text)
    return failure
