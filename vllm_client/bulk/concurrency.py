"""How many requests a run keeps in flight at one server: as many as keep a short queue there.

The engine's gauges say what is needed: requests that run do work, requests that wait only stand in
the queue. So the controller takes part in a queue of its own making: one request, plus the root of
its completions per second. Without gauges it climbs while throughput rises (`throughput_probe`).

No clock and no I/O: the caller reports what happens and reads `limit`. The rules and constants were
chosen by simulation of vLLM engines; tests/bulk/test_concurrency_on_engine.py repeats it.
"""

from __future__ import annotations

from enum import StrEnum
from math import inf, sqrt
from typing import Literal

import attrs

from ..errors import RequestError
from .gauges import Gauges
from .replica_detector import ReplicaDetector
from .throughput_probe import ThroughputProbe

# When to report gauges: every POLL_INTERVAL seconds, +- the share POLL_JITTER of it, so that
# several clients do not ask at once. An answer counts as missing after POLL_TIMEOUT seconds.
POLL_INTERVAL = 1.0
POLL_JITTER = 0.1
POLL_TIMEOUT = 1.0

# The share of a surplus that one poll takes back. Gauges are old when they are read: with all of it
# the limit would swing for ever, with a half it settles.
SURPLUS_TAKEN_BACK = 0.5
# Requests in flight, as a share of the limit, from which on the limit is what holds the run back.
BUSY_SHARE = 0.9
# Usage of the KV cache at which growth stops: a full cache makes vLLM preempt requests and compute
# them again. Beside interactive users their requests must find room, too.
FULL_CACHE = 0.9
FULL_CACHE_IN_BACKGROUND = 0.7
# The next limit, as a share of what was in flight when the server refused.
AFTER_REFUSAL = 0.97
# Polls in a row without gauges after which the limit is found by throughput.
MAX_MISSED_POLLS = 3
# How long a refusal is the reason that is shown, in seconds.
REFUSAL_SHOWN = 10.0


class LimitReason(StrEnum):
    """Why the limit is what it is, in words."""

    RAMPING_UP = "ramping up"
    SERVER_BOUND = "server-bound"
    KV_BOUND = "KV-bound"
    INPUT_BOUND = "input-bound"
    OUTPUT_BOUND = "output-bound"
    REFUSED = "refused"
    AT_MAXIMUM = "at the maximum"
    FIXED = "fixed"
    NO_GAUGES = "no gauges: several clients may compete"
    SEVERAL_SERVERS = "no gauges: several servers at one address"


@attrs.frozen
class Concurrency:
    """How many requests a bulk run may have in flight at one server.

    Args:
        min: lowest limit, in requests.
        start: limit at the beginning, moved into the range from min to max.
        max: highest limit, in requests.

    Raises:
        RequestError: unless 1 <= min <= max.

    Example:
        client.bulk("in.jsonl", "out.jsonl", concurrency=Concurrency(max=200))
    """

    min: int = 1
    start: int = 16
    max: int = 4096

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.min <= self.max:
            raise RequestError(f"concurrency: expected 1 <= min <= max, got {self}")

    @classmethod
    def of(cls, value: int | Literal["auto"] | Concurrency) -> Concurrency:
        """The settings that `concurrency=` means: "auto", a fixed number, or settings."""
        if isinstance(value, Concurrency):
            return value
        if value == "auto":
            return cls()
        if not isinstance(value, int) or isinstance(value, bool):
            raise RequestError(
                f'concurrency: expected "auto", a number or Concurrency(…), got {value!r}'
            )
        return cls(min=value, start=value, max=value)

    def nearest(self, limit: float) -> float:
        return min(max(limit, self.min), self.max)


class ConcurrencyController:
    """The limit of one run at one server.

    `now` is in seconds of any clock that never goes back. Report each event as it happens, and
    `polled` every POLL_INTERVAL seconds while the server can be reached; admit a request while
    `in_flight < limit`, and report the gauges after admission has caught up.
    """

    def __init__(self, settings: Concurrency, *, background: bool = False) -> None:
        self.settings = settings
        self.in_flight = 0
        self._background = background
        self._full_cache = FULL_CACHE_IN_BACKGROUND if background else FULL_CACHE
        self._limit = settings.nearest(settings.start)
        self._step = 0.0  # how far the last growth went
        self._rate = 0.0  # own completions per second, smoothed
        self._polled_at = -inf
        self._completed_since_poll = 0
        self._completed_since_growth = 0
        self._is_busy = False  # whether the limit holds the run back, not its input
        self._refused_at = -inf
        self._missed_polls = 0
        self._replicas = ReplicaDetector()
        self._probe = ThroughputProbe(-inf)
        self._bound = self._reason = LimitReason.RAMPING_UP

    @property
    def limit(self) -> int:
        """How many requests may be in flight now."""
        return int(self._limit)

    @property
    def reason(self) -> LimitReason:
        """Why the limit is what it is, as of the last poll or refusal."""
        return self._reason

    def sent(self, now: float) -> None:
        """A request was admitted."""
        self.in_flight += 1

    def completed(self, now: float, *, sent_at: float, tokens: int) -> None:
        """A request was answered.

        Args:
            now: the time.
            sent_at: when it was sent; the last time, if it was refused before.
            tokens: of prompt and answer together; 1 if the answer does not say.
        """
        self.in_flight -= 1
        self._completed_since_poll += 1
        self._completed_since_growth += 1
        self._probe.completed(now, sent_at=sent_at, tokens=tokens, limit=self._limit)

    def refused(self, now: float, *, sent_at: float) -> None:
        """The server had no room: 429, or 503 with vLLM's words.

        The request keeps its slot until it is sent again (do not report that as `sent`), or until
        it is given up (`abandoned`). All requests that were sent before the last refusal arrived
        count as one refusal.
        """
        if sent_at <= self._refused_at:
            return
        self._refused_at, self._step = now, 0.0
        self._set_limit(min(self._limit, AFTER_REFUSAL * (self.in_flight - 1)))
        self._probe = ThroughputProbe.after_refusal(now)
        self._reason = LimitReason.REFUSED

    def connection_lost(self, now: float) -> None:
        """A request was lost with its connection, which says nothing about the limit."""
        self.in_flight -= 1
        self._replicas.expect_restart()

    def abandoned(self, now: float) -> None:
        """A request ended and says nothing about the server's load: cancelled, or invalid."""
        self.in_flight -= 1

    def server_back(self, now: float) -> None:
        """The server is there again after it could not be reached."""
        self._replicas.expect_restart()
        self._set_limit(self._limit / 2)
        self._probe = ThroughputProbe(now)

    def polled(self, now: float, gauges: Gauges | None, *, output_blocked: bool = False) -> None:
        """A poll of /metrics ended.

        Args:
            now: the time.
            gauges: what it said; None if there was no answer in time, or not all series.
            output_blocked: whether admission waits because finished answers are not taken.
        """
        self._update_rate(now)
        # of the limit so far: a limit that has just grown is not filled yet
        self._is_busy = self.in_flight >= BUSY_SHARE * self.limit
        if gauges is not None:
            self._replicas.polled(gauges.process_start_time)
        if gauges is None or self._replicas.found_several:
            self._go_without_gauges(now)
        else:
            self._missed_polls, self._probe = 0, ThroughputProbe(now)
            self._follow(gauges)
        self._reason = self._explain(now, output_blocked)

    @property
    def _target(self) -> float:
        """How many own requests may wait: square-root staffing.

        It is concave in the own rate, so that a client with a lower rate may queue relatively more
        and the shares of several clients become equal.
        """
        return 0.0 if self._background else 1 + sqrt(self._rate)

    def _update_rate(self, now: float) -> None:
        since = max(now - self._polled_at, 0.1)
        self._rate += 0.5 * (self._completed_since_poll / since - self._rate)
        self._polled_at, self._completed_since_poll = now, 0

    def _follow(self, gauges: Gauges) -> None:
        """Take back a surplus of own waiting requests, else grow."""
        everybody = max(self.in_flight, gauges.running + gauges.waiting, 1)
        surplus = self.in_flight / everybody * gauges.waiting - self._target
        is_full = gauges.kv_cache_usage >= self._full_cache
        if gauges.waiting:
            self._step = 0.0
        if surplus > 0:
            self._set_limit(min(self._limit, self.in_flight - SURPLUS_TAKEN_BACK * surplus))
        elif self._is_busy and not is_full:
            self._grow(max(-surplus, 1.0))
        self._bound = _bound_by(is_full, gauges.waiting)

    def _grow(self, gap: float) -> None:
        """By the gap; twice as far at each poll while nobody waits.

        Never by more than has come back since the last growth, so that its effect is seen before
        the next one: without this rule the limit doubles while long requests have yet to finish.
        """
        self._step = min(max(gap, 2 * self._step), self._limit)
        self._set_limit(self._limit + min(self._step, self._completed_since_growth))
        self._completed_since_growth = 0

    def _go_without_gauges(self, now: float) -> None:
        """Find the limit by throughput, once gauges have been missing for some polls."""
        self._missed_polls += 1
        if self._missed_polls < MAX_MISSED_POLLS:
            return
        if self._is_busy:
            self._set_limit(self._probe.next_limit(now, self._limit))
        several = self._replicas.found_several
        self._bound = LimitReason.SEVERAL_SERVERS if several else LimitReason.NO_GAUGES

    def _explain(self, now: float, output_blocked: bool) -> LimitReason:
        """The first reason in this order that holds."""
        if self.settings.min == self.settings.max:
            return LimitReason.FIXED
        if output_blocked:
            return LimitReason.OUTPUT_BOUND
        if now - self._refused_at < REFUSAL_SHOWN:
            return LimitReason.REFUSED
        if not self._is_busy:
            return LimitReason.INPUT_BOUND
        if self._bound is LimitReason.RAMPING_UP and self._limit >= self.settings.max:
            return LimitReason.AT_MAXIMUM
        return self._bound

    def _set_limit(self, limit: float) -> None:
        self._limit = self.settings.nearest(limit)


def _bound_by(is_full: bool, waiting: int) -> LimitReason:
    if is_full:
        return LimitReason.KV_BOUND
    return LimitReason.SERVER_BOUND if waiting else LimitReason.RAMPING_UP
