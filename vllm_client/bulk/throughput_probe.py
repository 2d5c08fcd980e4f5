"""Find a concurrency limit by measuring throughput, for servers without gauges."""

from __future__ import annotations

from math import sqrt
from typing import Self

# Max limit to try. Without gauges, several clients cannot see each other's requests and may outbid
# each other without end.
MAX_PROBED_LIMIT = 1024

# A measurement window ends after a number of completed requests: WINDOW_PER_REQUEST multiplied by
# the limit, but at least MIN_WINDOW.
MIN_WINDOW = 64
WINDOW_PER_REQUEST = 1.25
# A change of the limit causes a burst, so the first completions of a window are ignored: their
# number is this share of the limit.
UNCOUNTED_SHARE = 0.25
# Let r be the new limit divided by the old one. A higher limit is kept if throughput rose at least
# by the factor r ** WORTH_OF_MORE.
WORTH_OF_MORE = 0.1
# A lower limit is kept if throughput is at least r ** PRICE_OF_LESS times the old one.
PRICE_OF_LESS = 0.03
# The limit is first doubled in each step. Later steps alternate between multiplication and division
# by the square root of 2.
FIRST_FACTOR = 2.0
LATER_FACTOR = sqrt(2)
# Windows to wait before other limits are tried again.
RESTING_WINDOWS = 16


class ThroughputProbe:
    """Hill climbing: try another limit, measure throughput, and keep the better limit.

    By Little's law, throughput is `limit * tokens / seconds`, with the sums of tokens and of
    seconds over the finished requests. Long and short requests do not distort it, because a request
    with twice the tokens takes twice the time.
    """

    def __init__(
        self, now: float, *, factor: float = FIRST_FACTOR, resting_windows: int = 0
    ) -> None:
        self._factor = factor
        self._resting_windows = resting_windows
        self._base_limit = self._base_throughput = 0.0
        self._open_window(now)

    @classmethod
    def after_refusal(cls, now: float) -> Self:
        """Create a probe that keeps the limit for some windows after a refusal."""
        return cls(now, factor=LATER_FACTOR, resting_windows=RESTING_WINDOWS)

    def completed(self, now: float, *, sent_at: float, tokens: int, limit: float) -> None:
        """Count a finished request if it was sent in this window."""
        if sent_at < self._opened_at:
            return
        self._completed += 1
        if self._completed > UNCOUNTED_SHARE * limit:
            self._tokens += tokens
            self._seconds += now - sent_at

    def next_limit(self, now: float, limit: float) -> float:
        """Return the limit of the next window; the current limit until this window is complete."""
        if self._completed < max(MIN_WINDOW, WINDOW_PER_REQUEST * limit):
            return limit
        throughput = limit * self._tokens / max(self._seconds, 1e-9)
        self._open_window(now)
        if self._base_limit in (0.0, limit):
            return self._leave_base(limit, throughput)
        return self._judge(limit, throughput)

    def _leave_base(self, limit: float, throughput: float) -> float:
        """Store the throughput at the base limit; return the next limit, which may be the same."""
        self._base_limit, self._base_throughput = limit, throughput
        self._resting_windows -= 1
        return limit if self._resting_windows > 0 else self._capped(limit * self._factor)

    def _judge(self, limit: float, throughput: float) -> float:
        """Judge a tried limit: continue from it if it is better, or return to the base limit."""
        base, ratio = self._base_limit, limit / self._base_limit
        power = WORTH_OF_MORE if ratio > 1 else PRICE_OF_LESS
        if throughput >= self._base_throughput * ratio**power:
            self._base_limit, self._base_throughput = limit, throughput
            return self._capped(limit * ratio)
        self._resting_windows = RESTING_WINDOWS if self._factor < 1 else 0
        self._factor = 1 / LATER_FACTOR if self._factor > 1 else LATER_FACTOR
        return base

    def _capped(self, limit: float) -> float:
        return min(limit, MAX_PROBED_LIMIT)

    def _open_window(self, now: float) -> None:
        self._opened_at, self._completed = now, 0
        self._tokens, self._seconds = 0, 0.0
