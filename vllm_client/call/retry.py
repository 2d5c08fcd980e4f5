"""Decide whether a failed request is sent again, and after which wait.

The table `RETRIED` alone determines which errors are retryable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf

import attrs

from ..errors import (
    ApiError,
    IoError,
    IoTimeout,
    RequestError,
    StreamError,
    StreamTimeout,
    VllmError,
)
from ..http.timeouts import is_number

# Error class -> values of one attribute for which the request is sent again. The comments name the
# attribute. A subclass that is not in the table uses the entry of its base class. Other errors are
# never retried.
RETRIED: Mapping[type[VllmError], frozenset[object]] = {
    # `failure`; not "tls" and "no_address", because neither a certificate nor the addresses of a
    # host name change within seconds
    IoError: frozenset({"refused", "lost"}),
    # `clock`; not "token", "idle" and "total", because the server may be processing the request
    IoTimeout: frozenset({"connect", "queue"}),
    # `code`; a busy or restarting server, or a proxy in front of it. Cloudflare's own codes mean
    # the same as 502: it could not reach the server (520 to 523, 525) or resolve its name (530)
    ApiError: frozenset({429, 502, 503, 504, 520, 521, 522, 523, 525, 530}),
    # `failure`; the stream ended or was cut before the first event was returned
    StreamError: frozenset({"cut"}),
    StreamTimeout: frozenset(),
}

# Additional values of `clock` for RetryPolicy(read_timeouts=True).
RETRIED_READ_TIMEOUTS = frozenset({"token", "idle"})

# Values of `clock` for limits that the caller set on the whole call. If such a limit ends a call in
# the connection queue, nothing was sent, so `is_retryable` is true; but the call itself is not
# retried, because its time is used up.
OWN_LIMITS = frozenset({"queue", "total"})

# Min seconds before another attempt after a refused connection, whatever the waits of the policy,
# because the number of these attempts is not limited.
MIN_WAIT_FOR_SERVER = 0.05


def is_retryable(error: VllmError, *, read_timeouts: bool = False) -> bool:
    """Return whether the same request may succeed if it is sent again.

    This is true for a timeout in the client's connection queue, because nothing was sent. The call
    itself is not retried in this case; see `OWN_LIMITS`.

    Args:
        error: The error of an attempt.
        read_timeouts: Whether timeouts while waiting for the response are retryable, too.
    """
    if isinstance(error, StreamError) and error.begun:
        return False
    if isinstance(error, IoTimeout) and not error.may_have_arrived:
        return True
    fact = _fact(error)
    if read_timeouts and isinstance(error, IoTimeout | StreamTimeout):
        return fact in RETRIED_READ_TIMEOUTS or fact in RETRIED[IoTimeout]
    rows = (RETRIED[cls] for cls in type(error).__mro__ if cls in RETRIED)
    return fact in next(rows, ())


def _fact(error: VllmError) -> object:
    """Return the attribute of an error by which `RETRIED` is looked up."""
    match error:
        case IoTimeout(clock=clock) | StreamTimeout(clock=clock):
            return clock
        case IoError(failure=failure) | StreamError(failure=failure):
            return failure
        case ApiError(code=code):
            return code
    return None


def certainly_not_sent(error: VllmError) -> bool:
    """Return whether the connection was refused, so that the server has not seen the request."""
    return isinstance(error, IoError) and error.failure == "refused"


@attrs.frozen
class Clock:
    """Injected clock and random source, so that retry logic is deterministic in tests.

    Attributes:
        monotonic: Returns the seconds of a monotonic clock.
        date: Returns the seconds since 1970.
        random: Returns a random number, 0 <= x < 1.
    """

    monotonic: Callable[[], float]
    date: Callable[[], float]
    random: Callable[[], float]


@attrs.frozen
class RetryPolicy:
    """When and how often a failed request is sent again.

    These failures are retried: refused connections; connections lost before a plain answer was
    complete or before the first delta of a stream; connect timeouts; the statuses 429, 502, 503 and
    504, and Cloudflare's 520 to 523, 525 and 530. Failures after the first delta of a stream are
    never retried; timeouts while waiting for the response only with `read_timeouts`.

    After a refused connection, an unreachable host or a temporary failure to resolve the host name,
    the request certainly did not arrive, and a server that restarts is unreachable for about a
    minute. Such failures do not count towards `max_retries` and are retried until `budget` ends,
    unless max_retries is 0. A call that waited for a free connection for `Timeout.queue` is not
    retried, because it would wait as long again.

    The wait before retry number k (from 0) is `random() * min(max_wait, first_wait * 2**k)`. This
    is "full jitter" from "Exponential Backoff And Jitter" of the AWS Architecture Blog. A
    Retry-After header replaces this wait; if it exceeds `max_wait`, the call fails at once.

    Args:
        max_retries: The max number of attempts after the first.
        first_wait: The upper limit of the first wait, in seconds.
        max_wait: The upper limit of any wait, in seconds.
        budget: The seconds from the start of the first attempt after which no attempt begins.
        read_timeouts: Whether to retry timeouts while waiting for the response.

    Raises:
        RequestError: A number is negative.

    Example:
        SyncVllmClient(retry=RetryPolicy(max_retries=5, max_wait=30.0))
    """

    max_retries: int = 3
    first_wait: float = 0.2
    max_wait: float = 10.0
    budget: float = 60.0
    read_timeouts: bool = False

    def __attrs_post_init__(self) -> None:
        for name in ("max_retries", "first_wait", "max_wait", "budget"):
            number = getattr(self, name)
            if not is_number(number) or not number >= 0:
                raise RequestError(f"RetryPolicy.{name}: expected 0 or more, got {number!r:.80}")

    def next_wait(
        self, error: VllmError, tries: int, elapsed: float, random: float
    ) -> float | None:
        """Return the seconds to wait before the next attempt; None to give up.

        Args:
            error: The error of the last attempt.
            tries: The number of attempts so far, including the last one. Attempts with refused
                connections are counted separately.
            elapsed: The seconds since the start of the first attempt.
            random: A random number, 0 <= x < 1.
        """
        if not self.max_retries or not is_retryable(error, read_timeouts=self.read_timeouts):
            return None
        if certainly_not_sent(error):
            return self._wait_for_server(tries, elapsed, random)
        if tries > self.max_retries:
            return None
        asked = error.retry_after if isinstance(error, ApiError) else None
        wait = asked if asked is not None else random * self._ceiling(tries - 1)
        if wait > self.max_wait or elapsed + wait > self.budget:
            return None
        return float(wait)

    def _wait_for_server(self, tries: int, elapsed: float, random: float) -> float | None:
        """Return the wait for an unreachable server; the last attempt is at the end of `budget`."""
        left = self.budget - elapsed
        wait = max(MIN_WAIT_FOR_SERVER, random * self._ceiling(tries - 1))
        return min(wait, left) if left > 0 else None

    def _ceiling(self, retry: int) -> float:
        # limits the exponent, because 2.0**1024 raises OverflowError
        return min(self.max_wait, self.first_wait * 2.0 ** min(retry, 64))


NO_RETRY = RetryPolicy(max_retries=0)


@attrs.frozen
class Progress:
    """The state of a call after a failed attempt.

    Attributes:
        tries: The number of attempts that count, from 1.
        refusals: The number of attempts with a refused connection, the last one included.
        elapsed: The seconds since the start of the first attempt.
        total: The time limit of the whole call in seconds; None for no limit.
        replayable: Whether sending the request twice is harmless.
        fresh: Whether the last attempt had a new connection.
        random: A random number, 0 <= x < 1.
    """

    tries: int
    refusals: int
    elapsed: float
    total: float | None
    replayable: bool
    fresh: bool
    random: float


@attrs.frozen
class Retry:
    """The decision to make another attempt.

    Attributes:
        wait: The seconds to wait before the attempt.
        fresh: Whether to use a new connection.
        counts: Whether the attempt counts towards `max_retries` of the policy.
    """

    wait: float
    fresh: bool = False
    counts: bool = True


def decide_retry(error: VllmError, policy: RetryPolicy, progress: Progress) -> Retry | None:
    """Return the next attempt after a failed one; None to give up.

    If a pooled connection died before the first byte of the response (`died_in_pool`), the request
    is sent at once on a new connection, and this does not count as a retry. A request that is not
    replayable is sent again only if it certainly did not arrive.
    """
    if isinstance(error, IoError) and error.died_in_pool and not progress.fresh:
        return Retry(0.0, fresh=True, counts=False)
    if not progress.replayable and _may_have_arrived(error):
        return None
    if isinstance(error, IoTimeout) and error.clock in OWN_LIMITS:
        return None
    counts = not certainly_not_sent(error)
    tries = progress.tries if counts else progress.refusals
    wait = policy.next_wait(error, tries, progress.elapsed, progress.random)
    total = inf if progress.total is None else progress.total
    late = wait is None or progress.elapsed + wait >= total
    return None if late else Retry(wait or 0.0, counts=counts)


def _may_have_arrived(error: VllmError) -> bool:
    return not isinstance(error, IoError) or error.may_have_arrived


def retry_after(value: str | None, date: float) -> float | None:
    """Parse a Retry-After header (RFC 9110, 10.2.3), which is a number of seconds or a date.

    Args:
        value: The value of the header.
        date: The current time, in seconds since 1970.

    Returns:
        The seconds to wait, 0 for a date in the past; None if the header is missing or invalid.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    # imported here, because they are slow to import and rarely needed
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:  # the obsolete asctime() format, which is always UTC
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - date)
    except (ValueError, OverflowError):
        return None
