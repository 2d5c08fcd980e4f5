"""The time limits of a call, and the deadlines that they set while it runs."""

from __future__ import annotations

from datetime import timedelta
from math import inf
from sys import float_info
from typing import NamedTuple, Protocol, runtime_checkable

import attrs

from ..errors import IoTimeout, RequestError
from ..record import Call

# The time that a stream may stay open after everything that its protocol requires has arrived. The
# server sends usage and [DONE] right after the last finish_reason. So this is ample for a slow
# network, and a caller who already has the answer does not wait long.
GRACE_SECONDS = 5.0


@runtime_checkable
class HttpxTimeout(Protocol):
    """The attributes of `httpx.Timeout`, and of similar classes of other libraries."""

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None


class Deadline(NamedTuple):
    """A deadline, and the limit of a `Timeout` that sets it.

    Attributes:
        until: The deadline as a time of the monotonic clock; infinite without a limit.
        clock: The name of the limit: an attribute of `Timeout`, or "grace" for the wait for the end
            of a finished stream.
        seconds: The value of the limit.
    """

    until: float
    clock: str
    seconds: float

    def __str__(self) -> str:
        return TIMED_OUT.get(self.clock, _GRACE_OVER).format(self.seconds)


TIMED_OUT = {
    "connect": "no connection within {:g} s (Timeout.connect)",
    "token": "no token within {:g} s (Timeout.token)",
    "idle": "no byte within {:g} s (Timeout.idle)",
    "queue": "no connection was free within {:g} s (Timeout.queue)",
    "total": "not finished within {:g} s (Timeout.total)",
}
_GRACE_OVER = "the finished stream stayed open for {:g} s"


@attrs.frozen
class Timeout:
    """The time limits of a call, in seconds; None disables a limit.

    Attributes:
        connect: Max time to open a connection, including the TLS handshake. Default: 10 s.
        token: Max wait for the first token and for each next one, even if keep-alives arrive
            meanwhile; for a call without streaming, max wait for the head of its answer. Default:
            600 s.
        idle: Max time without any byte once a stream has begun. Default: 120 s.
        total: Max time of the whole call with all its attempts, including the wait for a free
            connection; for a stream, max time until its end. Default: None.
        queue: Max wait for a free connection if all of `max_connections` are in use. When it is
            exceeded, the call fails without a retry. Default: None, so that only `total` limits
            that wait.

    Raises:
        RequestError: A limit is not a number above 0.

    Example:
        client = SyncVllmClient("http://localhost:8000", timeout=Timeout(token=60, total=300))
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
        """Convert any value that is accepted as a timeout.

        Args:
            value: A `Timeout`, which is returned unchanged; seconds or a timedelta for `total`;
                None for no limits; or an `httpx.Timeout`, whose `read` becomes both `token` and
                `idle`, whose `pool` becomes `queue`, and whose `write` is ignored.

        Raises:
            RequestError: The value is anything else.
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
    """Return whether a value is a number, but not a bool or an int beyond the float range."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or value <= float_info.max


class CallDeadlines:
    """The deadlines of one call while it runs.

    Methods take the current time of the monotonic clock.

    Args:
        limits: The limits of the call.
        now: The time at which the call began.
        call: The call's record, to which the times of the last attempt are written. None if there
            is no record.
    """

    __slots__ = ("_call", "_grace_until", "_limits", "_token_since", "_total")

    def __init__(self, limits: Timeout, now: float, call: Call | None = None) -> None:
        self._call = call
        self._limits = limits
        self._total = now + limits.total if limits.total is not None else inf
        self._token_since = now
        self._grace_until: float | None = None

    def queueing(self, now: float) -> Deadline:
        """Return the deadline for a free connection, if connections are limited."""
        if self._call is not None:
            self._call._queueing = self._call._queueing or now
            self._call._connecting = None  # a connect failed for lack of a descriptor: queue again
        return self._sooner("queue", now, self._limits.queue)

    def connecting(self, now: float) -> Deadline:
        """Return the deadline for opening a connection."""
        if self._call is not None:
            self._call._connecting = now
        return self._sooner("connect", now, self._limits.connect)

    def sending(self, now: float) -> Deadline:
        """Return the deadline for the head of the answer; the wait for a token begins here."""
        self._token_since = now
        if self._call is not None:
            self._call._sent = now
        return self._sooner("token", now, self._limits.token)

    def first_token(self) -> Deadline:
        """Return the deadline for the first token, counted from the sending of the request."""
        return self._sooner("token", self._token_since, self._limits.token)

    def reading(self, now: float) -> Deadline:
        """Return the deadline for the next bytes of a stream or body."""
        idle, token = self._limits.idle, self._limits.token
        if token is None or (idle is not None and now + idle < self._token_since + token):
            return self._sooner("idle", now, idle)
        return self._sooner("token", self._token_since, token)

    def finishing(self, now: float) -> Deadline:
        """Return the deadline for the end of a stream whose choices have all finished.

        It is counted from the first call of this method. Data that arrive do not extend it. Time
        during which the reader does not read is excluded.
        """
        if self._grace_until is None:
            self._grace_until = now + GRACE_SECONDS
        return min(Deadline(self._grace_until, "grace", GRACE_SECONDS), self.whole_call)

    def body(self, now: float) -> Deadline:
        """Return the deadline for the next bytes of the body of a non-streaming answer."""
        return self._sooner("idle", now, self._limits.idle)

    def refuse_late(self, now: float) -> None:
        """Raise IoTimeout if the total time is exceeded, even if more data are available."""
        if now >= self._total:
            wait = self.whole_call
            raise IoTimeout(str(wait), wait.clock, wait.seconds)

    def token_came(self, now: float) -> None:
        """Restart the wait for the next token."""
        self._token_since = now

    def reader_asks(self, now: float) -> None:
        """Restart the wait for the next token, when the reader has received all data and waits."""
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
