"""Find a concurrency limit by throughput, for servers that show no gauges."""

from __future__ import annotations

from math import sqrt
from typing import Self

# Without gauges several clients cannot see each other's queue and may race; this ends the race.
MAX_PROBED_LIMIT = 1024

# Completions in one window of measurement: at least the first number, and so many times the limit.
MIN_WINDOW = 64
WINDOW_PER_REQUEST = 1.25
# Completions at the start of a window that do not count, as a share of the limit: the burst that
# the change of the limit itself made.
UNCOUNTED_SHARE = 0.25
# Throughput must rise as the limit to this power for a higher limit to be kept …
WORTH_OF_MORE = 0.1
# … and may fall as the limit to this one for a lower limit to be kept.
PRICE_OF_LESS = 0.03
# The first steps up double the limit, the later ones, up and down in turn, are by the root of two.
FIRST_FACTOR = 2.0
LATER_FACTOR = sqrt(2)
# Windows between two looks around.
RESTING_WINDOWS = 16


class ThroughputProbe:
    """Hill climbing: measure, try another limit, keep it if throughput says so.

    Throughput is `limit * tokens / seconds` of the finished requests, by Little's law. It does not
    scatter as their lengths do, since a request twice as long takes twice the time.
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
        """A probe that stays where it is for a while: the server said that there is no room."""
        return cls(now, factor=LATER_FACTOR, resting_windows=RESTING_WINDOWS)

    def completed(self, now: float, *, sent_at: float, tokens: int, limit: float) -> None:
        """Count a finished request, if it was sent in this window."""
        if sent_at < self._opened_at:
            return
        self._completed += 1
        if self._completed > UNCOUNTED_SHARE * limit:
            self._tokens += tokens
            self._seconds += now - sent_at

    def next_limit(self, now: float, limit: float) -> float:
        """The limit of the next window; the same one until this window is full."""
        if self._completed < max(MIN_WINDOW, WINDOW_PER_REQUEST * limit):
            return limit
        throughput = limit * self._tokens / max(self._seconds, 1e-9)
        self._open_window(now)
        if self._base_limit in (0.0, limit):
            return self._leave_base(limit, throughput)
        return self._judge(limit, throughput)

    def _leave_base(self, limit: float, throughput: float) -> float:
        """The base was measured: look around, unless the probe rests."""
        self._base_limit, self._base_throughput = limit, throughput
        self._resting_windows -= 1
        return limit if self._resting_windows > 0 else self._capped(limit * self._factor)

    def _judge(self, limit: float, throughput: float) -> float:
        """Another limit than the base was measured: go on from it, or back to the base."""
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
