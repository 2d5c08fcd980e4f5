"""How long a call may take: four clocks, and which of them runs out next."""

from __future__ import annotations

from datetime import timedelta
from math import inf
from sys import float_info
from typing import NamedTuple, Protocol, runtime_checkable

import attrs

from ..errors import IoTimeout, RequestError
from ..record import Call

# How long a stream may stay open once all that its protocol requires has arrived. The server sends
# usage and [DONE] right after the last finish_reason, so that this is ample for a slow network, and
# still short for a caller whose answer is there.
GRACE_SECONDS = 5.0


@runtime_checkable
class HttpxTimeout(Protocol):
    """The limits of httpx, and of libraries that took over its class."""

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None


class Deadline(NamedTuple):
    """A moment of the monotonic clock to wait until, and the limit of the Timeout that sets it."""

    until: float
    clock: str
    seconds: float

    def __str__(self) -> str:
        return TIMED_OUT.get(self.clock, _GRACE_OVER).format(self.seconds)


TIMED_OUT = {
    "connect": "no connection within {:g} s (Timeout.connect)",
    "token": "no token within {:g} s (Timeout.token)",
    "idle": "not a byte within {:g} s (Timeout.idle)",
    "queue": "no connection was free within {:g} s (Timeout.queue)",
    "total": "not finished within {:g} s (Timeout.total)",
}
_GRACE_OVER = "the finished stream stayed open for {:g} s"


@attrs.frozen
class Timeout:
    """The limits of a call, in seconds; None lifts a limit.

    connect: for a connection to stand, TLS included.
    token: the longest wait for the first or a next token, whatever keep-alives arrive meanwhile;
        for a plain answer, for its head.
    idle: the longest silence, without a single byte, once a stream has begun.
    total: for the whole call with all its attempts, and for a stream to its end. The time that a
        call waits for one of `max_connections` counts.
    queue: for one of `max_connections` to become free; without it only `total` ends that wait. The
        call then fails without a retry, which would wait as long again.
    """

    connect: float | None = 10.0
    token: float | None = 600.0
    idle: float | None = 120.0
    total: float | None = None
    queue: float | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("connect", "token", "idle", "total", "queue"):
            seconds = getattr(self, name)
            if seconds is not None and not (is_number(seconds) and seconds > 0):
                raise RequestError(f"Timeout.{name}: expected seconds above 0, got {seconds!r:.80}")

    @classmethod
    def of(cls, value: Timeout | HttpxTimeout | float | timedelta | None) -> Timeout:
        """The limits that a value stands for.

        Args:
            value: a Timeout as it is; seconds or a timedelta as the total; None for no limit at
                all; an `httpx.Timeout`, whose `read` is both token and idle, whose `pool` is the
                queue, and whose `write` is ignored.

        Raises:
            RequestError: for anything else.
        """
        if isinstance(value, Timeout):
            return value
        if value is None:
            return cls(connect=None, token=None, idle=None, total=None)
        if isinstance(value, HttpxTimeout):
            read = value.read
            return cls(connect=value.connect, token=read, idle=read, queue=value.pool)
        seconds = value.total_seconds() if isinstance(value, timedelta) else value
        if not (is_number(seconds) and seconds > 0):
            raise RequestError(
                f"timeout: expected seconds above 0, a Timeout or None, got {value!r:.80}"
            )
        return cls(total=float(seconds))


def is_number(value: object) -> bool:
    """Whether a value is a number that clocks can add to; an int may be too large for that."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or value <= float_info.max


class CallDeadlines:
    """The clocks of one call while it runs. Moments are of the monotonic clock, and handed in.

    call: the record, to which those of the last attempt's connection are added. None is no record.
    """

    __slots__ = ("_call", "_grace_until", "_limits", "_token_since", "_total")

    def __init__(self, limits: Timeout, now: float, call: Call | None = None) -> None:
        self._call = call
        self._limits = limits
        self._total = now + limits.total if limits.total is not None else inf
        self._token_since = now
        self._grace_until: float | None = None

    def queueing(self, now: float) -> Deadline:
        """How long a call may wait for its turn, where connections are limited."""
        if self._call is not None:
            self._call._queueing = self._call._queueing or now
            self._call._connecting = None  # where no descriptor was left, it queues again
        return self._sooner("queue", now, self._limits.queue)

    def connecting(self, now: float) -> Deadline:
        """How long a connection may take to stand."""
        if self._call is not None:
            self._call._connecting = now
        return self._sooner("connect", now, self._limits.connect)

    def sending(self, now: float) -> Deadline:
        """How long the head of the answer may take; the wait for a token begins here."""
        self._token_since = now
        if self._call is not None:
            self._call._sent = now
        return self._sooner("token", now, self._limits.token)

    def first_token(self) -> Deadline:
        """How long the first token may take, counted from the sending of the request."""
        return self._sooner("token", self._token_since, self._limits.token)

    def reading(self, now: float) -> Deadline:
        """How long the next bytes of a stream or body may take."""
        idle, token = self._limits.idle, self._limits.token
        if token is None or (idle is not None and now + idle < self._token_since + token):
            return self._sooner("idle", now, idle)
        return self._sooner("token", self._token_since, token)

    def finishing(self, now: float) -> Deadline:
        """How long a finished stream may stay open, counted from the first call.

        Whatever arrives does not prolong it; only the reader's own time does not count.
        """
        if self._grace_until is None:
            self._grace_until = now + GRACE_SECONDS
        return min(Deadline(self._grace_until, "grace", GRACE_SECONDS), self.whole_call)

    def body(self, now: float) -> Deadline:
        """How long the next bytes of a plain answer's body may take."""
        return self._sooner("idle", now, self._limits.idle)

    def refuse_late(self, now: float) -> None:
        """Raise IoTimeout when the whole call's time is over, even if there is more to read."""
        if now >= self._total:
            wait = self.whole_call
            raise IoTimeout(str(wait), wait.clock, wait.seconds)

    def token_came(self, now: float) -> None:
        """The wait for the next token begins now."""
        self._token_since = now

    def reader_asks(self, now: float) -> None:
        """The reader has taken all that was there; the wait for the next token begins now."""
        if self._grace_until is not None:
            self._grace_until += now - self._token_since
        self._token_since = now

    @property
    def whole_call(self) -> Deadline:
        """The deadline of the whole call; infinite without `Timeout.total`."""
        return Deadline(self._total, "total", self._limits.total or 0.0)

    def _sooner(self, clock: str, since: float, seconds: float | None) -> Deadline:
        until = since + seconds if seconds is not None else inf
        if self._total < until:
            return self.whole_call
        return Deadline(until, clock, seconds or 0.0)
