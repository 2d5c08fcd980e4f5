"""A bulk run, reduced to what its concurrency needs: rows in, requests out, polls."""

from collections.abc import Callable, Iterator
from typing import Protocol

from attrs import define

from tests.helpers.virtual.clock import VirtualClock
from tests.helpers.virtual.server import VirtualServer
from tests.helpers.virtual.workloads import Row
from vllm_client.bulk.concurrency import POLL_INTERVAL, POLL_JITTER, LimitReason
from vllm_client.bulk.gauges import Gauges
from vllm_client.testing.engine.request import EngineRequest

# Seconds of the client's only CPU for a request, and of the network in both directions.
CLIENT_SECONDS = 0.00015
ROUND_TRIP = 0.001
FIRST_HEALTH_CHECK = 1.0
MAX_HEALTH_CHECK = 15.0


class Controller(Protocol):
    """The part of ConcurrencyController that a run uses."""

    @property
    def limit(self) -> int: ...
    @property
    def in_flight(self) -> int: ...
    def sent(self, now: float) -> None: ...
    def completed(self, now: float, *, sent_at: float, tokens: int) -> None: ...
    def refused(self, now: float, *, sent_at: float) -> None: ...
    def connection_lost(self, now: float) -> None: ...
    def server_back(self, now: float) -> None: ...
    def polled(self, now: float, gauges: Gauges | None) -> None: ...
    @property
    def reason(self) -> LimitReason: ...


class FixedLimit:
    """A fixed number of requests in flight, as in most scripts."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_flight = 0
        self.reason = LimitReason.FIXED

    def sent(self, now: float) -> None:
        self.in_flight += 1

    def completed(self, now: float, *, sent_at: float, tokens: int) -> None:
        self.in_flight -= 1

    def refused(self, now: float, *, sent_at: float) -> None:
        """Keep the slot of the row."""

    def connection_lost(self, now: float) -> None:
        self.in_flight -= 1

    def server_back(self, now: float) -> None:
        """Continue without a change."""

    def polled(self, now: float, gauges: Gauges | None) -> None:
        """Ignore the gauges."""


@define(eq=False)
class _Sent:
    """A row in flight."""

    client: "VirtualClient"
    row: Row
    sent_at: float

    def completed(self) -> None:
        self.client.clock.call_later(ROUND_TRIP / 2, self.client.on_completed, self)

    def refused(self) -> None:
        self.client.on_refused(self)

    def lost(self) -> None:
        self.client.on_lost(self)


class VirtualClient:
    """Send rows to a server, with as many in flight as the controller allows.

    Args:
        has_gauges: False for a server without /metrics.
        rows_per_second: The speed of the input at a given time; None for no limit.
    """

    def __init__(
        self,
        server: VirtualServer,
        controller: Controller,
        rows: Iterator[Row],
        *,
        start: float = 0.0,
        has_gauges: bool = True,
        rows_per_second: Callable[[float], float] | None = None,
    ) -> None:
        self.clock: VirtualClock = server.clock
        self.controller = controller
        self.done = self.refusals = self.lost = 0
        self.limits: list[tuple[float, int, int]] = []  # per poll: time, limit, in flight
        self.gate_opened: list[float] = []  # times at which the server was back
        self._server = server
        self._rows = rows
        self._has_gauges = has_gauges
        self._rows_per_second = rows_per_second
        self._ready_rows = 0.0  # rows that a slow input has provided
        self._again: list[Row] = []
        self._is_open = True
        self._cpu_free_at = 0.0
        self.clock.call_at(start, self._begin)

    def on_completed(self, sent: _Sent) -> None:
        self.done += 1
        now = self.clock.now
        self.controller.completed(now, sent_at=sent.sent_at, tokens=sum(sent.row))
        self._fill()

    def on_refused(self, sent: _Sent) -> None:
        """Keep the row's slot, and send the row again a second later."""
        self.refusals += 1
        self.controller.refused(self.clock.now, sent_at=sent.sent_at)
        self.clock.call_later(self.clock.random.uniform(0.5, 1.5), self._send_again, sent.row)

    def on_lost(self, sent: _Sent) -> None:
        self.lost += 1
        self.controller.connection_lost(self.clock.now)
        self._again.append(sent.row)
        if self._is_open:
            self._is_open = False
            self.clock.call_later(FIRST_HEALTH_CHECK, self._check_health, FIRST_HEALTH_CHECK)

    def _begin(self) -> None:
        self._fill()
        self.clock.call_later(0.01, self._poll)
        if self._rows_per_second is not None:
            self._supply()

    def _supply(self) -> None:
        """Provide rows of a slow input, at most those of one second in advance."""
        assert self._rows_per_second is not None
        rate = self._rows_per_second(self.clock.now)
        self._ready_rows = min(self._ready_rows + 0.05 * rate, max(1.0, rate))
        self._fill()
        self.clock.call_later(0.05, self._supply)

    def _poll(self) -> None:
        jitter = self.clock.random.uniform(1 - POLL_JITTER, 1 + POLL_JITTER)
        self.clock.call_later(POLL_INTERVAL * jitter, self._poll)
        if not self._is_open:
            return
        if self._has_gauges:
            self._server.read_metrics(self._on_metrics)
        else:
            self._on_metrics(None)

    def _on_metrics(self, gauges: Gauges | None) -> None:
        now, controller = self.clock.now, self.controller
        controller.polled(now, gauges)
        self.limits.append((now, controller.limit, controller.in_flight))
        self._fill()

    def _fill(self) -> None:
        controller = self.controller
        while self._is_open and controller.in_flight < controller.limit and self._has_row():
            controller.sent(self.clock.now)
            self._send(self._again.pop() if self._again else self._next_row())

    def _has_row(self) -> bool:
        return bool(self._again) or self._rows_per_second is None or self._ready_rows >= 1

    def _next_row(self) -> Row:
        self._ready_rows -= 1
        return next(self._rows)

    def _send(self, row: Row) -> None:
        self._cpu_free_at = max(self._cpu_free_at, self.clock.now) + CLIENT_SECONDS
        request = EngineRequest(*row, tag=_Sent(self, row, self.clock.now))
        self.clock.call_at(self._cpu_free_at + ROUND_TRIP / 2, self._server.submit, request)

    def _send_again(self, row: Row) -> None:
        if self._is_open:
            self._send(row)

    def _check_health(self, seconds: float) -> None:
        if self._server.is_down:
            seconds = min(1.5 * seconds, MAX_HEALTH_CHECK)
            self.clock.call_later(seconds, self._check_health, seconds)
            return
        self._is_open = True
        self.gate_opened.append(self.clock.now)
        self.controller.server_back(self.clock.now)
        self._fill()
