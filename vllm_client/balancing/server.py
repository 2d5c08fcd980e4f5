"""One of several servers, as far as the choice among them goes."""

from __future__ import annotations

from math import inf
from typing import Literal

import attrs

from .affinity import key_of
from .health import ServerHealth
from .server_status import ServerStatus

# Seconds for which a server that refused a request is chosen last. A refusal is quick, so that the
# server would otherwise look like the least loaded one.
REST_SECONDS = 1.0
# Added to the load of a server that rests.
_RESTING = 1e6
# The load of a server grows by this times the number of its last choice, so that the least recently
# chosen one of equally loaded servers is the least.
_SMALL = 1e-12


@attrs.frozen
class RunLoad:
    """The load of a server as a bulk run has measured it last.

    Attributes:
        concurrency: How many requests the run may have in flight there.
        waiting: Requests of all clients in the server's queue; None if it does not say so.
        cache_usage: The used share of its KV cache, 0 to 1; None if it does not say so.
    """

    concurrency: int
    waiting: int | None = None
    cache_usage: float | None = None


class Server:
    """The state of one server.

    Attributes:
        name: As the caller calls it.
        flights: The requests in flight, by any objects that stand for them.
        runs: Its load, by the bulk runs that use it.
        is_draining: Whether it gets no new requests.
        models: The names that /v1/models lists; None if that is not known.
        errors: Failed attempts so far.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.health = ServerHealth()
        # a set, not a number: threads may add and discard at the same time
        self.flights: set[object] = set()
        self.runs: dict[object, RunLoad] = {}
        self.is_draining = False
        self.models: frozenset[str] | None = None
        self.errors = 0
        self.rests_until = -inf
        self.last_choice = 0
        self.load = 1.0
        self.seed = key_of(name)

    @property
    def in_flight(self) -> int:
        """How many requests are in flight."""
        return len(self.flights)

    @property
    def state(self) -> Literal["in", "out", "draining"]:
        """Whether it gets requests."""
        if self.is_draining:
            return "draining"
        return "out" if self.health.is_out else "in"

    @property
    def concurrency(self) -> int | None:
        """How many requests all bulk runs may have in flight there; None without a run."""
        return sum(load.concurrency for load in list(self.runs.values())) or None

    @property
    def status(self) -> ServerStatus:
        """Its state, for people."""
        latest = next(reversed(list(self.runs.values())), None)
        return ServerStatus(
            self.name,
            self.state,
            self.in_flight,
            self.concurrency,
            None if latest is None else latest.waiting,
            None if latest is None else latest.cache_usage,
            self.errors,
            self.health.cause,
        )

    def update_load(self, now: float, is_relative: bool = False) -> None:
        """Update the load: the requests in flight, and one more.

        Args:
            now: The time.
            is_relative: Whether the load is divided by the server's concurrency, as when bulk runs
                use all servers.
        """
        in_flight = len(self.flights) / self.health.share(now)
        share = (self.concurrency or 1) if is_relative else 1
        self.load = (in_flight + 1) / share + _SMALL * self.last_choice
        if now < self.rests_until:
            self.load += _RESTING

    def changes_at(self, now: float) -> float:
        """The next time at which its load changes without a request; infinite for never."""
        return min(
            (t for t in (self.rests_until, self.health.recovered_at) if t > now), default=inf
        )

    def may_have(self, model: str) -> bool:
        """Whether it may serve a model."""
        return self.models is None or model in self.models
