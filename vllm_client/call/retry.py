"""Whether a failed request is sent again, and after how long a wait.

`RETRIED` is the whole rule about errors: errors carry facts, and nothing else says whether they may
be retried.
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

# Class of error -> the values of one of its facts for which the request is sent again. A subclass
# without a row has its base's; a class without any is never retried.
RETRIED: Mapping[type[VllmError], frozenset[object]] = {
    # failure: "tls" and "no_address" are missing, since neither a certificate nor the name of a
    # host changes within seconds
    IoError: frozenset({"refused", "lost"}),
    # clock: later than these, the server may be at work on the request
    IoTimeout: frozenset({"connect", "queue"}),
    # code: a busy or restarting server, or the proxy before it; Cloudflare's own codes from 520 on
    # say what 502 says: it did not reach the server (520 to 523, 525), or its site (530)
    ApiError: frozenset({429, 502, 503, 504, 520, 521, 522, 523, 525, 530}),
    # failure: bytes that ended or broke off before the first event was handed out
    StreamError: frozenset({"cut"}),
    StreamTimeout: frozenset(),
}

# The same for RetryPolicy(read_timeouts=True), in addition.
RETRIED_READ_TIMEOUTS = frozenset({"token", "idle"})

# The caller's own limits on one call (clock). Nothing was sent if they end it in the queue, so that
# the error is retryable; but the call itself has had its time, and does not begin anew.
OWN_LIMITS = frozenset({"queue", "total"})

# Seconds before a refused request is sent again, however short the policy's waits are: there is no
# limit on their number.
MIN_WAIT_FOR_SERVER = 0.05


def is_retryable(error: VllmError, *, read_timeouts: bool = False) -> bool:
    """Whether the same request may succeed if it is sent again.

    True for a call that ended in the client's own queue, since nothing was sent, although no call
    repeats itself then: see `OWN_LIMITS`.

    Args:
        error: the error of an earlier attempt.
        read_timeouts: whether a response that did not come in time counts, too.
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
    """The fact of an error that decides."""
    match error:
        case IoTimeout(clock=clock) | StreamTimeout(clock=clock):
            return clock
        case IoError(failure=failure) | StreamError(failure=failure):
            return failure
        case ApiError(code=code):
            return code
    return None


def certainly_not_sent(error: VllmError) -> bool:
    """Whether nobody was there to receive the request, so that a retry costs the server nothing."""
    return isinstance(error, IoError) and error.failure == "refused"


@attrs.frozen
class Clock:
    """Injected clock and random source, so that retry logic is deterministic in tests.

    monotonic: seconds of a monotonic clock. date: seconds since 1970. random: from 0 up to 1.
    """

    monotonic: Callable[[], float]
    date: Callable[[], float]
    random: Callable[[], float]


@attrs.frozen
class RetryPolicy:
    """How often and how patiently a failed request is sent again.

    Tried again are refused connections, those lost before a plain answer was whole or before a
    stream's first delta, connect timeouts, the statuses 429, 502, 503 and 504, and Cloudflare's 520
    to 523, 525 and 530. Never: anything after a stream's first delta, and a generation that timed
    out, unless `read_timeouts` asks for that.

    A refused connection, an unreachable host, and a name that cannot be resolved for the moment do
    not count against `max_retries`: the request certainly did not arrive, and a server that
    restarts is away for a minute. They are retried until `budget` ends; with max_retries=0 nothing
    is. A call that waited for a free connection as long as `Timeout.queue` allows is not tried
    again: it would wait as long again.

    The wait before retry number k (from 0) is a random part, evenly drawn from 0 to 1, of
    `min(max_wait, first_wait * 2**k)`: "full jitter", as in the AWS Architecture Blog's
    "Exponential Backoff And Jitter". A Retry-After header replaces it; one above `max_wait`
    ends the attempts at once.

    max_retries: attempts after the first.
    first_wait, max_wait: seconds.
    budget: seconds from the first attempt, after which no further attempt begins.
    read_timeouts: also try again when an answer did not come in time.
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
        """Seconds to wait before another try; None to give up.

        Args:
            error: why the last attempt failed.
            tries: attempts of this kind made so far, from 1; see `certainly_not_sent`.
            elapsed: seconds since the first began.
            random: from 0 up to 1.
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
        """The wait for a server that is away; the last attempt is made as the budget ends."""
        left = self.budget - elapsed
        wait = max(MIN_WAIT_FOR_SERVER, random * self._ceiling(tries - 1))
        return min(wait, left) if left > 0 else None

    def _ceiling(self, retry: int) -> float:
        # 2**1024 is no float any more; no wait is that long
        return min(self.max_wait, self.first_wait * 2.0 ** min(retry, 64))


NO_RETRY = RetryPolicy(max_retries=0)


@attrs.frozen
class Progress:
    """How far a call has come.

    tries: attempts that count, from 1. refusals: attempts that nobody was there to receive, the
    last one too. elapsed: seconds since the first began. total: the limit of the whole call in
    seconds, or None. replayable: whether sending the request twice is harmless. fresh: whether the
    last attempt had a new connection. random: from 0 up to 1.
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
    """Another attempt: after `wait` seconds, on a new connection if `fresh`.

    counts: whether it is one of the policy's `max_retries`.
    """

    wait: float
    fresh: bool = False
    counts: bool = True


def decide_retry(error: VllmError, policy: RetryPolicy, progress: Progress) -> Retry | None:
    """The attempt that follows a failed one; None to give up.

    A pooled connection that died before a byte of the response (`died_in_pool`) is replaced at
    once, uncounted. A request that must not be sent twice is sent again only if the error says
    that it cannot have arrived.
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
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3): a number or a date.

    None when there is none, or none that can be read. A date that is past asks for 0.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    # loaded here, since they are slow to load and seldom needed
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:  # C's asctime(), which a recipient must read, says no zone
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - date)
    except (ValueError, OverflowError):
        return None
