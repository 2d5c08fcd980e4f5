"""Notify the observers of a call in order, and isolate the call from their exceptions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from ..call.attempts import Attempts
from ..call.recording import abandon_call, measure_gaps
from ..call.request import Attempt, RequestSpec
from ..errors import VllmError
from ..http.request_headers import checked_headers
from ..record import Call
from .log import LOG
from .observer import Observer, Observers

T = TypeVar("T")

# Pending calls of `ended`, for streams that were garbage-collected during a method of an observer
# or by another thread. They are delayed because a lock of the observer may be held.
# `_at_work` has an item for each running method. Both lists are changed only by atomic operations.
_at_work: list[None] = []
_left: list[Callable[[], None]] = []

# Calls whose observers have not been notified of the end yet.
OBSERVED: set[Watch] = set()

# Header fields that observers cannot set. The client sets the request id, which identifies the
# attempt.
_OWN = frozenset({"x-request-id", "host"})


class Watch:
    """The observers of one call."""

    def __init__(self, call: Call, observers: tuple[Observer, ...]) -> None:
        self.call = call
        self.observers = observers
        self._announced = 0  # number of attempts that observers were notified of
        self._to_end: deque[Observer] = deque()
        # updates the record of the call while a stream is running
        self.describe: Callable[[], object] = lambda: None
        OBSERVED.add(self)

    def started(self) -> None:
        """Notify the observers of the start of the call."""
        for observer in self.observers:
            self._to_end.append(observer)
            _safely(observer.started, self.call)

    def join(self, observer: Observer) -> None:
        """Add an observer for the rest of the call."""
        self.observers += (observer,)
        self._to_end.append(observer)

    def attempt(self, attempts: Attempts[T], attempt: Attempt[T]) -> Attempt[T]:
        """Notify the observers of an attempt, once; return it with the header fields they add."""
        earlier = len(self.call._earlier)
        if earlier < self._announced:
            return attempt
        self._announced = earlier + 1
        given = [
            fields
            for observer in self.observers
            if (fields := _safely(_headers_of, observer, self.call, attempt)) is not None
        ]
        if LOG in self.observers:
            LOG.log_request(attempt)
        added = tuple({name: value for fields in given for name, value in fields}.items())
        return attempts.with_headers(added) if added else attempt

    def log_answer(self, spec: RequestSpec[Any], body: bytes) -> None:
        """Log the body of a response, if bodies are logged."""
        if LOG in self.observers:
            LOG.log_answer(spec, body)

    def logging_feed(
        self, spec: RequestSpec[Any], feed: Callable[[bytes], list[Any]]
    ) -> Callable[[bytes], list[Any]]:
        """Wrap `feed`, the parser of a stream's body, to log the body if bodies are logged."""
        return LOG.logging_feed(spec, feed) if LOG in self.observers else feed

    def retrying(self, error: VllmError, wait: float) -> None:
        """Notify the observers of a retry."""
        for observer in self.observers:
            _safely(observer.retrying, self.call, error, wait)

    def first_token(self) -> None:
        """Notify the observers of the first delta of a stream."""
        for observer in self.observers:
            _safely(observer.first_token, self.call)

    def ended(self) -> None:
        """Notify the observers of the end of the call.

        Each observer that was notified of the start is notified once, even if several threads end
        the call or a method of another observer is interrupted.
        """
        OBSERVED.discard(self)
        try:
            observer = self._to_end.popleft()
        except IndexError:
            return
        try:
            _safely(observer.ended, self.call)
        finally:
            self.ended()

    def abandon(self, moment: float) -> None:
        """End the call as abandoned because the program exits."""
        self.describe()
        abandon_call(self.call, moment)
        self.ended()

    def ended_by_collection(self, *, here: bool) -> None:
        """End a stream that was garbage-collected.

        Args:
            here: Whether observers may be called in this thread. Otherwise, or while another
                observer is running, they are called later.
        """
        if here and not _at_work:
            self.ended()
        else:
            _left.append(self.ended)


def watch(call: Call, observers: Observers | None) -> None:
    """Start to observe a call, if there are observers or the log is on."""
    _end_collected()
    each = () if observers is None else observers.each
    if observers is not None and observers.timing:
        measure_gaps(call)
    if LOG.is_on():
        each = (*each, LOG)
    if each:
        call._watch = Watch(call, each)
        call._watch.started()


def watch_retry(attempt: Attempt[Any], error: VllmError) -> None:
    """Notify the observers that an attempt failed and is followed by another; log the retry."""
    call = attempt.call
    if call._watch is None:
        call._watch = Watch(call, ())
    if LOG not in call._watch.observers:
        call._watch.join(LOG)
    call._watch.retrying(error, attempt.wait)


def _headers_of(
    observer: Observer, call: Call, attempt: Attempt[Any]
) -> tuple[tuple[str, str], ...] | None:
    fields = observer.attempt(call, call._attempt())
    if not fields:
        return None
    return tuple(field for field in checked_headers(fields) if field[0] not in _OWN)


def _safely(method: Callable[..., T], *arguments: Any) -> T | None:
    """Call the method of an observer; if it raises, log the exception and return None."""
    _at_work.append(None)
    try:
        return method(*arguments)
    except Exception:
        import logging  # takes milliseconds to import

        logging.getLogger("vllm_client").exception("an observer failed: %s", _name(method))
        return None
    finally:
        _at_work.pop()
        _end_collected()


def _end_collected() -> None:
    """End the streams that were garbage-collected meanwhile; several threads may do so at once."""
    with suppress(IndexError):
        while _left and not _at_work:
            _left.pop()()


def _name(method: Callable[..., Any]) -> str:
    return getattr(method, "__qualname__", repr(method))
