"""One of several servers, as far as the choice among them goes."""

from __future__ import annotations

from math import inf
from typing import Literal

from .affinity import key_of
from .health import ServerHealth

# How long a server that refused a request is the last choice, in seconds: it answers at once, so
# that it would look like the least loaded one.
REST_SECONDS = 1.0
# Added to the load of a server that rests.
_RESTING = 1e6
# Times the number of its last choice it is added to the load of a server, so that of equals the one
# is chosen that has waited longest.
_SMALL = 1e-12


class Server:
    """The state of one server.

    Attributes:
        name: As the caller calls it.
        flights: The requests in flight, by any objects that stand for them.
        concurrency: How many requests a bulk run keeps in flight there; None outside of a run.
        is_draining: Whether it gets no new requests.
        models: The names that /v1/models lists; None if that is not known.
        errors: Failed attempts so far.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.health = ServerHealth()
        # a set, not a number: threads may add and discard at the same time
        self.flights: set[object] = set()
        self.concurrency: int | None = None
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

    def update_load(self, now: float) -> None:
        """Requests in flight and one more, relative to its concurrency."""
        in_flight = len(self.flights) / self.health.share(now)
        self.load = (in_flight + 1) / (self.concurrency or 1) + _SMALL * self.last_choice
        if now < self.rests_until:
            self.load += _RESTING

    def changes_at(self, now: float) -> float:
        """When time alone changes its load next."""
        return min(
            (t for t in (self.rests_until, self.health.recovered_at) if t > now), default=inf
        )

    def may_have(self, model: str) -> bool:
        """Whether it may serve a model."""
        return self.models is None or model in self.models
