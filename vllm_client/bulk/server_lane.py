"""One server of a run: its concurrency limit, its gate and its load."""

from __future__ import annotations

from math import inf

import attrs

from .concurrency import ConcurrencyController
from .gate import Gate
from .gauges import Gauges


@attrs.frozen
class ServerStats:
    """A snapshot of the state of one server in a run.

    Attributes:
        name: The name of the server.
        done: The number of rows that it has answered.
        in_flight: The number of requests that are sent and not answered, or wait to be sent again.
        waiting: The number of requests of all clients in its queue; None without metrics.
        cache_usage: The used share of its KV cache, 0 to 1; None without metrics.
        concurrency: The max number of requests of the run in flight at this server.
        is_away: Whether the server is unreachable.
        reason: The reason for this concurrency, or the reason why nothing is sent, as text.
    """

    name: str
    done: int
    in_flight: int
    waiting: int | None
    cache_usage: float | None
    concurrency: int
    is_away: bool
    reason: str

    def __str__(self) -> str:
        if self.is_away:
            return f"{self.name}: away"
        return f"{self.name}: {self.in_flight:,} of {self.concurrency:,}"


class ServerLane:
    """The state of one server in a run.

    Args:
        controller: The controller of its concurrency.
        gate: The gate, which is closed while the server is unreachable.
        name: The name of the server; "" if the client has only one.

    Attributes:
        gauges: The gauges that were last read; None if they could not be read.
        load: The share of the limit that is in flight; infinite if no further request may be sent.
        is_doubtful: Whether errors have occurred that require a health check.
        is_draining: Whether it gets only rows that select it by name.
        is_gone: Whether it was removed.
        done: The number of rows that it has answered.
        answered_at: The time of its last answer.
    """

    def __init__(self, controller: ConcurrencyController, gate: Gate, name: str = "") -> None:
        self.name = name
        self.controller = controller
        self.gate = gate
        self.gauges: Gauges | None = None
        self.is_doubtful = self.is_draining = self.is_gone = False
        self.done = 0
        self.answered_at = -inf
        self.load = 0.0

    def update_load(self) -> None:
        """Recompute `load`."""
        in_flight, limit = self.controller.in_flight, self.controller.limit
        may_send = in_flight < limit and self.gate.is_open and not self.is_gone
        self.load = in_flight / limit if may_send else inf

    @property
    def free_slots(self) -> int:
        """The number of further requests that may be sent."""
        return self.controller.limit - self.controller.in_flight if self.load < inf else 0

    def stats(self, now: float, words: str | None) -> ServerStats:
        """Return a snapshot of the state.

        Args:
            now: The time.
            words: Why the whole run sends nothing; None to use the reason of this server.
        """
        gauges = self.gauges if self.gate.is_open else None
        return ServerStats(
            name=self.name,
            done=self.done,
            in_flight=self.controller.in_flight,
            waiting=None if gauges is None else gauges.waiting,
            cache_usage=None if gauges is None else gauges.kv_cache_usage,
            concurrency=self.controller.limit,
            is_away=not self.gate.is_open,
            reason=words or self._reason(now),
        )

    def _reason(self, now: float) -> str:
        if not self.gate.is_open:
            return self.gate.words(now)
        return "draining" if self.is_draining else str(self.controller.reason)
