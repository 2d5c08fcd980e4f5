"""Adaptive concurrency limit of a run at one server: keep a short queue at the server.

The gauges of vLLM's engine count running and waiting requests. A short queue keeps the engine busy;
a longer one only adds latency. So the controller adjusts its limit until the number of its own
waiting requests is `1 + sqrt(rate)`, where `rate` is the number of its completions per second.
Without gauges it raises the limit as long as throughput rises (`throughput_probe`).

No clock and no I/O: the caller reports events and reads `limit`. The rules and constants were
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

# Poll /metrics every POLL_INTERVAL seconds, with a jitter of +-POLL_JITTER of it, so that several
# clients do not poll at the same time. A poll has failed after POLL_TIMEOUT seconds.
POLL_INTERVAL = 1.0
POLL_JITTER = 0.1
POLL_TIMEOUT = 1.0

# When too many of this client's requests wait in the server's queue, each poll lowers the limit by
# this share of the surplus. Gauges are outdated when they are read, so lowering it by the whole
# surplus would make the limit oscillate; with one half it converges.
SURPLUS_TAKEN_BACK = 0.5
# The limit may grow if the number of requests in flight is at least this share of the limit.
BUSY_SHARE = 0.9
# KV cache usage at which growth stops, because with a full cache vLLM preempts requests and
# computes them again. A background run also leaves room for the requests of interactive users.
FULL_CACHE = 0.9
FULL_CACHE_IN_BACKGROUND = 0.7
# After a refusal the limit is this share of the requests that were in flight.
AFTER_REFUSAL = 0.97
# After this many consecutive polls without gauges the limit is found by throughput.
MAX_MISSED_POLLS = 3
# Seconds for which a refusal is shown as the reason of the limit.
REFUSAL_SHOWN = 10.0


class LimitReason(StrEnum):
    """The reason for the current limit, as text."""

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
    """Limits for the number of requests that a bulk run has in flight at one server.

    Args:
        min: The lowest limit, in requests.
        start: The limit at the beginning, clamped to the range from min to max.
        max: The highest limit, in requests.

    Raises:
        RequestError: Unless 1 <= min <= max.

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
        """Convert the value of `concurrency=`: "auto", a fixed number, or `Concurrency`.

        Raises:
            RequestError: The value is none of these.
        """
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
        """Return the allowed limit that is nearest to `limit`."""
        return min(max(limit, self.min), self.max)


class ConcurrencyController:
    """The concurrency limit of one run at one server.

    Report each event when it happens, and call `polled` every POLL_INTERVAL seconds while the
    server is reachable. Send a request only while `in_flight < limit`, and send all requests that
    the limit allows before you report gauges. `now` is the time of a monotonic clock, in seconds.
    """

    def __init__(self, settings: Concurrency, *, background: bool = False) -> None:
        self.settings = settings
        self.in_flight = 0
        self._background = background
        self._full_cache = FULL_CACHE_IN_BACKGROUND if background else FULL_CACHE
        self._limit = settings.nearest(settings.start)
        self._step = 0.0  # the size of the last increase
        self._rate = 0.0  # this client's completions per second, smoothed
        self._polled_at = -inf
        self._completed_since_poll = 0
        self._completed_since_growth = 0
        self._is_busy = False  # whether the limit is used up, see BUSY_SHARE
        self._refused_at = -inf
        self._missed_polls = 0
        self._replicas = ReplicaDetector()
        self._probe = ThroughputProbe(-inf)
        self._bound = self._reason = LimitReason.RAMPING_UP

    @property
    def limit(self) -> int:
        """Max number of requests in flight."""
        return int(self._limit)

    @property
    def reason(self) -> LimitReason:
        """The reason for the limit, as of the last poll or refusal."""
        return self._reason

    def sent(self, now: float) -> None:
        """Report that a request was sent."""
        self.in_flight += 1

    def completed(self, now: float, *, sent_at: float, tokens: int) -> None:
        """Report a successful response.

        Args:
            now: The time.
            sent_at: When the request was last sent.
            tokens: Tokens of prompt and answer together; 1 if the response lacks usage.
        """
        self.in_flight -= 1
        self._completed_since_poll += 1
        self._completed_since_growth += 1
        self._probe.completed(now, sent_at=sent_at, tokens=tokens, limit=self._limit)

    def refused(self, now: float, *, sent_at: float) -> None:
        """Report that the server refused a request with status 429 or 503.

        The request keeps its slot. If it is sent again, do not call `sent`; if it is given up, call
        `abandoned`. Refusals of requests that were sent before the last refusal are ignored.
        """
        if sent_at <= self._refused_at:
            return
        self._refused_at, self._step = now, 0.0
        self._set_limit(min(self._limit, AFTER_REFUSAL * (self.in_flight - 1)))
        self._probe = ThroughputProbe.after_refusal(now)
        self._reason = LimitReason.REFUSED

    def connection_lost(self, now: float) -> None:
        """Report that a connection was lost; this does not change the limit."""
        self.in_flight -= 1
        self._replicas.expect_restart()

    def abandoned(self, now: float) -> None:
        """Report a request that was cancelled or invalid; this does not change the limit."""
        self.in_flight -= 1

    def server_back(self, now: float) -> None:
        """Report that the server is reachable again: continue with half the limit."""
        self._replicas.expect_restart()
        self._set_limit(self._limit / 2)
        self._probe = ThroughputProbe(now)

    def polled(self, now: float, gauges: Gauges | None, *, output_blocked: bool = False) -> None:
        """Report the result of a poll of /metrics and adjust the limit.

        Args:
            now: The time.
            gauges: The gauges; None without a response in time, or if a series is missing.
            output_blocked: Whether sending is paused until the caller takes finished rows.
        """
        self._update_rate(now)
        # compare with the old limit, because after an increase the new limit is not yet reached
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
        """The target number of this client's waiting requests: 1 + sqrt(completions per second).

        The square root (square-root staffing in queueing theory) lets a client with a lower rate
        queue more requests in relation to its rate, so that several clients converge to equal
        shares of the server.
        """
        return 0.0 if self._background else 1 + sqrt(self._rate)

    def _update_rate(self, now: float) -> None:
        since = max(now - self._polled_at, 0.1)
        self._rate += 0.5 * (self._completed_since_poll / since - self._rate)
        self._polled_at, self._completed_since_poll = now, 0

    def _follow(self, gauges: Gauges) -> None:
        """Lower the limit if too many requests of this client wait, else raise it if reached."""
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
        """Raise the limit by `gap`, or by twice the last increase if that is more.

        An increase is at most the number of requests completed since the last one, so that the
        effect of an increase is seen before the next. Without this rule the limit would double at
        each poll while long requests are still running.
        """
        self._step = min(max(gap, 2 * self._step), self._limit)
        self._set_limit(self._limit + min(self._step, self._completed_since_growth))
        self._completed_since_growth = 0

    def _go_without_gauges(self, now: float) -> None:
        """Adjust the limit by throughput after gauges were missing in MAX_MISSED_POLLS polls."""
        self._missed_polls += 1
        if self._missed_polls < MAX_MISSED_POLLS:
            return
        if self._is_busy:
            self._set_limit(self._probe.next_limit(now, self._limit))
        several = self._replicas.found_several
        self._bound = LimitReason.SEVERAL_SERVERS if several else LimitReason.NO_GAUGES

    def _explain(self, now: float, output_blocked: bool) -> LimitReason:
        """Return the first reason, in this order, that applies."""
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
