"""The state of a stream, and the base classes of all state machines that read one.

A machine receives what was read and gives the items that its reader gets. It does no I/O.
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
    """From what was read of a stream to items, and to the response that they add up to.

    Attributes:
        begun: whether the reader may have seen something of the response. Before that, an error is
            the one that the plain call raises; from then on, a StreamError with `partial()`.
        finished: whether all that the protocol requires has arrived, and the stream may end after
            a grace although it stays open.
        over: whether no more items will come.
        error: what broke the stream, to be raised when one reads on.
    """

    protocol: StreamProtocol
    """The row of ENDINGS that decides whether the stream is complete."""

    def __init__(self) -> None:
        self.begun = False
        self.finished = False
        self.over = False
        self.error: VllmError | None = None

    @abstractmethod
    def receive(self, texts: list[Any]) -> list[ItemT]:
        """The items of what was read: the data of server-sent events, or bytes as they are."""

    @abstractmethod
    def partial(self) -> ResponseT:
        """What has arrived so far, as the response of the plain call; it changes nothing."""

    @property
    def usage(self) -> Any:
        """The token counts that have arrived, or None."""
        return None

    @property
    def described(self) -> Any:
        """Has `id`, `model`, `usage` and `metrics`, as far as they have arrived."""
        return None

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """Why each choice ended, as far as they have."""
        return ()

    @property
    def deltas(self) -> int | None:
        """How many pieces of text have arrived; None where there are none to count."""
        return None

    def end(self) -> list[ItemT]:
        """The last items, now that the bytes have ended."""
        return self._end_at(Signal.END_OF_BYTES)

    def lose_connection(self, error: VllmError) -> list[ItemT]:
        """The last items of a stream whose bytes could not be read any further.

        A timeout ends a finished stream without an error: its answer is there, and the wait was for
        the end alone.
        """
        if self.finished and isinstance(error, IoTimeout):
            return self._end_at(Signal.END_OF_GRACE)
        items: list[ItemT] = []
        if isinstance(error, StreamError):  # with the events that came whole before the bad bytes
            items = self.receive(error.partial or [])
            error.partial = None
        return items + self.fail(connection_lost(error))

    def left(self) -> StreamError:
        """The error of reading on after the reader has closed the stream."""
        return closed_by_reader(self.begun, self.partial())

    def fail(self, error: VllmError) -> list[ItemT]:
        """The last items of a stream that this error broke."""
        if self.over:
            return []
        held_back = self._close()
        self.error = error_for_reader(error, self.begun, self.partial)
        return held_back + self._items_of_error(self.error)

    def _end_at(self, signal: Signal) -> list[ItemT]:
        """The last items of a stream that this signal ended: complete, or broken."""
        if self.over:
            return []
        ending = ENDINGS[self.protocol]
        if signal not in ending.complete_at or not self._is_finished():
            return self.fail(ended_early(ending, signal, words_beside(self._fields_beside())))
        return self._close() + self._items_of_end()

    def _may_end(self) -> bool:
        """Whether the stream may end after a grace, as far as it has come."""
        return Signal.END_OF_GRACE in ENDINGS[self.protocol].complete_at and self._is_finished()

    def _close(self) -> list[Any]:
        """The items of text that was held back, now that nothing follows."""
        self.over = True
        return []

    def _is_finished(self) -> bool:
        """Whether what the protocol requires has arrived."""
        return True

    def _fields_beside(self) -> dict[str, Any]:
        """The fields that have arrived and that the protocol does not have."""
        return {}

    def _items_of_end(self) -> list[Any]:
        """The items that say that the stream is complete."""
        return []

    def _items_of_error(self, error: VllmError) -> list[Any]:
        """The items that say that the stream broke."""
        return []


# The data of events that bring nothing: some gateways keep a connection alive with them.
_NOTHING = frozenset({"", "null"})


class EventMachine(StreamMachine[ItemT, ResponseT]):
    """A machine for server-sent events whose data is JSON, or [DONE]."""

    event_class: type[Answer]
    """The class of the events, or of all of them the base."""

    def __init__(self) -> None:
        super().__init__()
        self._halved = HalvedTexts(self._find_texts)

    def _find_texts(self, payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
        """The texts in the payload of an event, and which of them are whole with it."""
        return (), lambda _: False

    def _with_place(self, payload: Any) -> Any:
        """The payload with the place that its event is about, where the server left that out."""
        return payload

    def _as_events(self, answer: dict[str, Any]) -> list[Any]:
        """The payloads of the events of a stream that sends this plain answer in one piece.

        They are [] where there is no such answer.
        """
        return []

    @abstractmethod
    def _add(self, event: Any) -> list[ItemT]:
        """Take in an event, and set `begun`.

        Returns:
            The items that it makes.

        Raises:
            VllmError: the event breaks the stream.
        """

    def receive(self, texts: list[str]) -> list[ItemT]:
        """The items that the data of some server-sent events make."""
        items: list[ItemT] = []
        for text in texts:
            self._read(text, items)
        return items

    def _read(self, text: str, items: list[ItemT]) -> Any:
        """Take in one event's data and append the items that it makes.

        Returns:
            The event; None if the data was none, or the stream is over.
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
        """Take in the event of a payload, which was decoded from this text, and append its items.

        Raises:
            VllmError: the payload is no event, or the event breaks the stream.
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
        """Take in a body that is not a stream, but the answer of the plain call.

        Raises:
            VllmError: the body is neither, or the answer reports an error.
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
        """The server's error that an event reports beside its content; None if it reports none."""
        return None

    def fail(self, error: VllmError) -> list[ItemT]:
        """The last items of a stream that this error broke."""
        if self.over:
            return []
        items: list[ItemT] = []
        for payload in self._halved.rest():
            items += self._add(structure(payload, self.event_class))
        return items + super().fail(error)

    def _items_of_error_event(self, payload: Any, text: str) -> list[Any]:
        """The items that an error of the server makes beside breaking the stream."""
        return []


def payload_of(text: str) -> tuple[Any, ApiError | None]:
    """The JSON of an event's data, and the error of the server that it reports, if any.

    Raises:
        ParseError: the data is no JSON.
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
    """The event of a payload that was decoded from this text.

    Raises:
        ParseError: the payload is no such event.
    """
    try:
        return structure(payload, event_class)
    except (ValueError, RecursionError) as error:
        raise _not_decodable(text, error) from error


def _not_decodable(text: str, error: Exception) -> ParseError:
    where = error.where if isinstance(error, ParseError) else "$"
    problem = text_of_page(text) if is_page(text) else error
    failure = ParseError(f"an event of the stream is no chunk: {problem}", where)
    failure.body = shortened(text)
    return failure
