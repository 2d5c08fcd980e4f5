"""One server of a run: how many requests it may have, and whether it can be reached."""

from __future__ import annotations

from math import inf

import attrs

from .concurrency import ConcurrencyController
from .gate import Gate
from .gauges import Gauges


@attrs.frozen
class ServerStats:
    """The state of one server of a run at one moment.

    Attributes:
        name: The server's name.
        done: Rows that it has answered.
        in_flight: Requests that are sent and not answered, or wait to be sent again.
        waiting: Requests of all clients in its queue; None if it shows no metrics.
        cache_usage: The used share of its KV cache, 0 to 1; None if it shows no metrics.
        concurrency: How many requests may be in flight there.
        is_away: Whether it cannot be reached.
        reason: The reason for that concurrency, or why nothing is sent, in words.
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
    """One server of a run, as far as the run decides about it.

    Args:
        controller: The controller of its concurrency.
        gate: Closed while the server is away.
        name: The name of the server; "" if the client has only one.

    Attributes:
        gauges: The gauges that were read last; None if there are none.
        load: Requests in flight relative to the limit; infinite if no further one may be sent.
        is_doubtful: Whether errors give reason to check its health.
        is_draining: Whether it gets only rows that name it.
        is_gone: Whether it was removed.
        done: Rows that it has answered.
        answered_at: When it answered last.
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
        """Its load has changed."""
        in_flight, limit = self.controller.in_flight, self.controller.limit
        may_send = in_flight < limit and self.gate.is_open and not self.is_gone
        self.load = in_flight / limit if may_send else inf

    @property
    def free_slots(self) -> int:
        """How many further requests may be sent."""
        return self.controller.limit - self.controller.in_flight if self.load < inf else 0

    def stats(self, now: float, words: str | None) -> ServerStats:
        """Its state, for people. `words` are those about the whole run, if it sends nothing."""
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
