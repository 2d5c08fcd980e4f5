"""The engine model behind an API server, in virtual time."""

from collections import deque
from collections.abc import Callable
from math import inf
from typing import Protocol

from tests.helpers.virtual.clock import VirtualClock
from vllm_client.bulk.gauges import Gauges
from vllm_client.testing.engine.core import EngineCore, EngineStats
from vllm_client.testing.engine.request import EngineRequest
from vllm_client.testing.engine.settings import Engine

# Seconds of the API server's only CPU for a request.
API_SECONDS = 0.0003
# Age of the gauges in /metrics, at most, in seconds, and the delay of the answer under load.
GAUGE_AGE = 1.0
METRICS_SECONDS = (0.1, 0.5)
METRICS_TIMEOUT = 1.0


class Sender(Protocol):
    """Sender of a request: the `tag` of an EngineRequest."""

    def completed(self) -> None: ...
    def refused(self) -> None: ...
    def lost(self) -> None: ...


class VirtualServer:
    """Serve requests whose `tag` is a Sender."""

    def __init__(self, clock: VirtualClock, engine: Engine) -> None:
        self.clock = clock
        self.engine = engine
        self.is_down = False
        self._in_engine: dict[EngineRequest, None] = {}
        self._start()

    def _start(self) -> None:
        self.core = EngineCore(self.engine)
        self.started_at = self.clock.now
        self._api_free_at = self.clock.now
        self._step_ends_at: float | None = None
        self._shown: deque[tuple[float, EngineStats]] = deque([(-inf, EngineStats())], maxlen=16)

    def submit(self, request: EngineRequest) -> None:
        if self.is_down:
            self.clock.call_later(0.001, request.tag.lost)
            return
        self._in_engine[request] = None
        self._api_free_at = max(self._api_free_at, self.clock.now) + API_SECONDS
        self.clock.call_at(self._api_free_at, self._submit, request, self.core)

    def _submit(self, request: EngineRequest, core: EngineCore) -> None:
        if core is not self.core or self.is_down:
            return
        if not core.has_room():
            del self._in_engine[request]
            request.tag.refused()
            return
        core.submit(request)
        if self._step_ends_at is None:
            self._step(core)

    def _step(self, core: EngineCore) -> None:
        if core is not self.core or self.is_down:
            return
        result = core.step(self.clock.now)
        self._step_ends_at = result.ends_at
        if result.ends_at is not None:
            self.clock.call_at(result.ends_at, self._step, core)
        if self.clock.now - self._shown[-1][0] >= 0.1:
            self._shown.append((self.clock.now, core.stats))
        for request in result.finished:
            del self._in_engine[request]
            request.tag.completed()

    def read_metrics(self, answer: Callable[[Gauges | None], None]) -> None:
        """Call `answer` once /metrics has answered: after a delay, and with old gauges."""
        clock = self.clock
        if self.is_down:
            clock.call_later(0.001, answer, None)
            return
        seen_at = clock.now - clock.random.uniform(0, GAUGE_AGE)
        stats = next((s for at, s in reversed(self._shown) if at <= seen_at), self._shown[0][1])
        idle = self._step_ends_at is None
        seconds = max(0.0, self._api_free_at - clock.now)
        seconds += 0.002 if idle else clock.random.uniform(*METRICS_SECONDS)
        gauges = Gauges(stats.running, stats.waiting, stats.kv_cache_usage, self.started_at)
        in_time = seconds <= METRICS_TIMEOUT
        clock.call_later(min(seconds, METRICS_TIMEOUT), answer, gauges if in_time else None)

    def crash(self) -> None:
        """Kill the process, and lose all its requests."""
        self.is_down = True
        lost, self._in_engine = list(self._in_engine), {}
        for request in lost:
            request.tag.lost()

    def restart(self) -> None:
        self.is_down = False
        self._start()
