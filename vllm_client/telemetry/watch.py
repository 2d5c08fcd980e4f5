"""Call the observers of one call, in order, and keep what they raise away from it."""

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

# Streams that were collected while an observer was at work, or by another thread: their observers
# may hold a lock that is taken at this moment. Both lists change by atomic steps.
_at_work: list[None] = []
_left: list[Callable[[], None]] = []

# Calls that have not ended yet for their observers.
OBSERVED: set[Watch] = set()

# The id of a request tells the attempts apart, and the client sets it.
_OWN = frozenset({"x-request-id", "host"})


class Watch:
    """The observers of one call."""

    def __init__(self, call: Call, observers: tuple[Observer, ...]) -> None:
        self.call = call
        self.observers = observers
        self._announced = 0  # attempts
        self._to_end: deque[Observer] = deque()
        # brings the call up to date, of a stream that still runs
        self.describe: Callable[[], object] = lambda: None
        OBSERVED.add(self)

    def started(self) -> None:
        """The call begins."""
        for observer in self.observers:
            self._to_end.append(observer)
            _safely(observer.started, self.call)

    def join(self, observer: Observer) -> None:
        """Another observer sees the call from now on."""
        self.observers += (observer,)
        self._to_end.append(observer)

    def attempt(self, attempts: Attempts[T], attempt: Attempt[T]) -> Attempt[T]:
        """The attempt with the header fields that observers add, each attempt announced once."""
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
        """Log the body of an answer, if bodies are logged."""
        if LOG in self.observers:
            LOG.log_answer(spec, body)

    def logging_feed(
        self, spec: RequestSpec[Any], feed: Callable[[bytes], list[Any]]
    ) -> Callable[[bytes], list[Any]]:
        """The function that splits the body of a stream; if bodies are logged, it logs them."""
        return LOG.logging_feed(spec, feed) if LOG in self.observers else feed

    def retrying(self, error: VllmError, wait: float) -> None:
        """Another attempt follows."""
        for observer in self.observers:
            _safely(observer.retrying, self.call, error, wait)

    def first_token(self) -> None:
        """A stream has begun."""
        for observer in self.observers:
            _safely(observer.first_token, self.call)

    def ended(self) -> None:
        """The call is over. Call each observer that saw it begin once, whichever thread ends
        the call, and even if another observer is interrupted meanwhile.
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
        """The program ends before the call does."""
        self.describe()
        abandon_call(self.call, moment)
        self.ended()

    def ended_by_collection(self, *, here: bool) -> None:
        """The same for a stream that was collected; later, unless observers may be called here."""
        if here and not _at_work:
            self.ended()
        else:
            _left.append(self.ended)


def watch(call: Call, observers: Observers | None) -> None:
    """Begin to observe a call, if there are observers or the log is on."""
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
    """Tell the observers that an attempt failed and this one follows. It is logged in any case."""
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
    """Call the method of an observer; None if it raises, which is logged."""
    _at_work.append(None)
    try:
        return method(*arguments)
    except Exception:
        import logging  # takes milliseconds to load

        logging.getLogger("vllm_client").exception("an observer failed: %s", _name(method))
        return None
    finally:
        _at_work.pop()
        _end_collected()


def _end_collected() -> None:
    """End what was collected meanwhile; several threads may be at it."""
    with suppress(IndexError):
        while _left and not _at_work:
            _left.pop()()


def _name(method: Callable[..., Any]) -> str:
    return getattr(method, "__qualname__", repr(method))
