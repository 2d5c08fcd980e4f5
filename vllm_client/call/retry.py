"""When to try again, and how long to wait before it."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from ..errors import RequestError, VllmError


@attrs.frozen
class Clock:
    """Time and chance, handed in: seconds of a monotonic clock, seconds since 1970, and [0, 1)."""

    monotonic: Callable[[], float]
    date: Callable[[], float]
    random: Callable[[], float]


@attrs.frozen
class RetryPolicy:
    """How often and how patiently a failed request is sent again.

    Tried again are refused connections, those lost before a plain answer was whole or before a
    stream's first delta, connect timeouts, and the statuses 429, 502, 503 and 504. Never: anything
    after a stream's first delta, and a generation that timed out, unless `read_timeouts` asks for
    that.

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
            if not isinstance(number, int | float) or isinstance(number, bool) or not number >= 0:
                raise RequestError(f"RetryPolicy.{name}: expected 0 or more, got {number!r}")

    def next_wait(
        self, error: VllmError, tries: int, elapsed: float, random: float
    ) -> float | None:
        """Seconds to wait before another try; None to give up.

        tries: attempts made so far, from 1. elapsed: seconds since the first began.
        """
        if tries > self.max_retries or not self._may_go_well(error):
            return None
        asked = getattr(error, "retry_after", None)
        wait = asked if asked is not None else random * self._ceiling(tries - 1)
        if wait > self.max_wait or elapsed + wait > self.budget:
            return None
        return float(wait)

    def _may_go_well(self, error: VllmError) -> bool:
        if self.read_timeouts and getattr(error, "clock", None) in ("token", "idle"):
            return True
        return error.retryable

    def _ceiling(self, retry: int) -> float:
        # 2**1024 is no float any more; no wait is that long
        return min(self.max_wait, self.first_wait * 2.0 ** min(retry, 64))


NO_RETRY = RetryPolicy(max_retries=0)


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
