"""State of one server that is used to choose among several servers."""

from __future__ import annotations

from math import inf
from typing import Literal

import attrs

from .affinity import key_of
from .health import ServerHealth
from .server_status import ServerStatus

# Seconds for which a server that refused a request (503) is chosen last. A refusal takes little
# time, so the server would otherwise have the lowest load and get the next requests as well.
REST_SECONDS = 1.0
# Added to the load of a server during its REST_SECONDS.
_RESTING = 1e6
# Choices have sequence numbers. The load of a server includes the sequence number of its last
# choice, multiplied by this. So of several servers with equal load, the least recently chosen one
# is next.
_SMALL = 1e-12


@attrs.frozen
class RunLoad:
    """The load of a server, as last measured by a bulk run.

    Attributes:
        concurrency: Max requests of the run in flight at this server.
        waiting: Requests of all clients in the server's queue; None if its metrics lack it.
        cache_usage: The used share of its KV cache, 0 to 1; None if its metrics lack it.
    """

    concurrency: int
    waiting: int | None = None
    cache_usage: float | None = None


class Server:
    """The state of one server.

    Attributes:
        name: The name that the caller gave the server.
        flights: One object for each request in flight.
        runs: The load of the server, by the bulk run that measured it.
        is_draining: Whether it gets no new requests.
        models: The model names that /v1/models lists; None if unknown.
        errors: The number of failed attempts so far.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.health = ServerHealth()
        # a set, not a counter: threads may add and discard at the same time
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
        """The number of requests in flight."""
        return len(self.flights)

    @property
    def state(self) -> Literal["in", "out", "draining"]:
        """Whether the server gets requests ("in"), is out, or is draining."""
        if self.is_draining:
            return "draining"
        return "out" if self.health.is_out else "in"

    @property
    def concurrency(self) -> int | None:
        """Max requests of all bulk runs in flight at this server; None without a run."""
        return sum(load.concurrency for load in list(self.runs.values())) or None

    @property
    def status(self) -> ServerStatus:
        """The state of the server in a form for users."""
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
        """Update the load: the number of requests in flight, plus one.

        Args:
            now: The time.
            is_relative: Divide the load by the server's concurrency. This is done while bulk runs
                use all servers.
        """
        in_flight = len(self.flights) / self.health.share(now)
        share = (self.concurrency or 1) if is_relative else 1
        self.load = (in_flight + 1) / share + _SMALL * self.last_choice
        if now < self.rests_until:
            self.load += _RESTING

    def changes_at(self, now: float) -> float:
        """Return the next time at which the load changes without a request; infinite for never."""
        return min(
            (t for t in (self.rests_until, self.health.recovered_at) if t > now), default=inf
        )

    def may_have(self, model: str) -> bool:
        """Return whether the server may serve a model; True if its models are unknown."""
        return self.models is None or model in self.models
