"""The servers of one client: track their state and choose one for each request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from math import inf
from operator import attrgetter

from ..call.servers import Policy
from ..errors import RequestError
from .affinity import PrefixMemory, preferred
from .retry_ratio import RetryRatio
from .server import REST_SECONDS, RunLoad, Server
from .wanted import Wanted

# A preferred server is skipped as too busy if its load exceeds that of the least loaded server both
# by this factor and by this many requests. Below that, its prefix cache saves more than the queue
# costs.
BUSY_FACTOR = 1.5
BUSY_MARGIN = 4
# Max stored responses whose server is remembered.
MAX_RESPONSES = 65_536

_load_of = attrgetter("load")


class ServerSet:
    """Choose a server for each request, and track the outcome of attempts.

    Several threads may use it at once. State changes that must not be lost are atomic; a load that
    is wrong by one for a moment can only change which server a request goes to.

    Args:
        names: The names of the servers, in the caller's order.
        policy: See `Servers`.

    Attributes:
        changes: The number of changes so far: a server was added, removed, drained or resumed, or
            went out or came back.
    """

    def __init__(self, names: Iterable[str], policy: Policy) -> None:
        self.policy: Policy = policy
        self.ratio = RetryRatio()
        self._servers: dict[str, Server] = {name: Server(name) for name in names}
        self._ready: list[Server] = []
        self._taking: list[Server] = []
        self._is_relative = False
        self.changes = 0
        self._seeds: list[int] = []
        self._choices = count(1)
        self._prefixes = PrefixMemory()
        self._responses: OrderedDict[str, str] = OrderedDict()
        self._update_at = inf
        self._changed()

    def __getitem__(self, name: str) -> Server:
        """Return the server with this name. Raise RequestError if there is none."""
        server = self._servers.get(name)
        if server is None:
            raise RequestError(
                f"server: expected one of {', '.join(self._servers)}, got {name!r:.80}"
            )
        return server

    @property
    def all(self) -> tuple[Server, ...]:
        """The servers, in the order they were added."""
        return tuple(self._servers.values())

    def take(self, server: Server) -> None:
        """Add a server."""
        self._servers[server.name] = server
        self._changed()

    def drain(self, name: str) -> None:
        """Send no new requests to a server; requests in flight finish.

        Raises:
            RequestError: There is no server with this name.
        """
        self[name].is_draining = True
        self._changed()

    def resume(self, name: str) -> None:
        """Send new requests to a draining server again.

        Raises:
            RequestError: There is no server with this name.
        """
        self[name].is_draining = False
        self._changed()

    def remove(self, name: str) -> None:
        """Remove a server.

        Raises:
            RequestError: There is no server with this name.
        """
        del self._servers[self[name].name]
        self._prefixes.forget(name)
        self._changed()

    def choose(self, wanted: Wanted, now: float) -> Server:
        """Return the server for a request.

        Raises:
            RequestError: No server accepts requests, or `wanted` names an unknown server.
        """
        if wanted.server is not None:
            return self[wanted.server]
        ready = self._candidates(wanted, now)
        if wanted.keys and (self.policy == "prefix" or wanted.session):
            return self._by_prefix(ready, wanted.keys, now)
        if self.policy == "round_robin":
            return min(ready, key=attrgetter("last_choice"))
        return self._least_loaded(ready, now)

    def begin(self, server: Server, flight: object, now: float) -> None:
        """Count a request in flight at a server; pass the same `flight` object to `end`."""
        server.last_choice = next(self._choices)
        server.flights.add(flight)
        server.update_load(now, self._is_relative)

    def end(self, server: Server, flight: object, now: float) -> None:
        """Remove a request from those in flight; a second call has no effect."""
        server.flights.discard(flight)
        server.update_load(now, self._is_relative)

    def has_another(self, wanted: Wanted) -> bool:
        """Return whether the request may go to an available server where it has not failed."""
        return wanted.server is None and any(
            server.name not in wanted.avoid
            and (wanted.model is None or server.may_have(wanted.model))
            for server in self._ready
        )

    def allowed(self, wanted: Wanted) -> list[Server] | None:
        """Return the servers that may get a row of a bulk run; None for all servers.

        Raises:
            RequestError: No server accepts requests.
        """
        found = self._not_draining()
        model = wanted.model
        if model is not None:  # `may_have` inlined, because this runs for each row
            found = [s for s in found if s.models is None or model in s.models] or found
        if wanted.avoid:
            others = (s for s in found if s.name not in wanted.avoid and not s.health.is_out)
            found = list(others) or found
        return None if len(found) == len(self._servers) else found

    def preferred(
        self,
        keys: Sequence[int],
        allowed: list[Server] | None,
        is_crowded: Callable[[str], bool] = lambda name: False,
    ) -> str:
        """Return the preferred server of a prefix or session, whatever its load.

        This is the server that got the prefix before; without one, the server that the hash of the
        first block prefers. A server that is crowded and has only the beginning of the prompt, for
        example a system prompt that all rows share, is replaced by the server that the hash of the
        whole prompt prefers.

        Args:
            keys: The hashes of the prefix, shortest prefix first.
            allowed: The servers to choose from; None for all.
            is_crowded: Tells whether too many rows prefer a server, given its name.

        Raises:
            RequestError: No server accepts requests.
        """
        if allowed is None:
            found = self._ready or self._not_draining()
        else:
            found = [server for server in allowed if not server.health.is_out] or allowed
        known = self._servers.get(self._prefixes.find(keys) or "")
        home = known if known in found else self._by_hash(found, keys[0])
        if is_crowded(home.name) and not self._prefixes.has_nearly_all(keys, home.name):
            home = self._by_hash(found, keys[-1])
        return home.name

    def remember(self, keys: Sequence[int], server: str) -> None:
        """Record that a row with this prefix goes to a server."""
        self._prefixes.remember(keys, server)

    def run_reported(self, server: Server, run: object, load: RunLoad, now: float) -> None:
        """Record the load of a server that a bulk run has measured."""
        server.runs[run] = load
        self._update_loads(now)

    def run_ended(self, run: object, now: float) -> None:
        """Delete the loads that a bulk run measured, after it has ended."""
        for server in self.all:
            server.runs.pop(run, None)
        self._update_loads(now)

    def went_away(self, server: Server, now: float, cause: str) -> None:
        """Take a server out of rotation, because a bulk run found it unreachable."""
        server.health.leave(now, cause)
        self._changed()

    def connect_failed(self, server: Server, now: float, cause: str) -> None:
        """Record a failed connect to a server."""
        server.errors += 1
        server.health.connect_failed(now, cause)
        self._changed()

    def failed(self, server: Server, now: float, *, refused: bool = False) -> None:
        """Record a failure other than a failed connect, and schedule a probe of /health.

        Args:
            server: The server.
            now: The time.
            refused: Whether the status was 503; the server is then chosen last for `REST_SECONDS`.
        """
        server.errors += 1
        server.health.doubted(now)
        if refused:
            server.rests_until = now + REST_SECONDS
            self._update_loads(now)

    def answered(self, server: Server, now: float) -> None:
        """Record that a server sent a response head."""
        was_out = server.health.is_out
        server.health.answered(now)
        if was_out:
            self._was_out(server, now)

    def probed(self, server: Server, now: float, failure: str | None, *, connected: bool) -> None:
        """Record the result of a probe of /health; see `ServerHealth.probed`."""
        was_out = server.health.is_out
        server.health.probed(now, failure, connected=connected)
        if was_out:
            self._was_out(server, now)
        self._changed()

    def next_probe(self) -> tuple[float, Server | None]:
        """Return the time and the server of the next probe; infinite and None for no probe."""
        due = min(self.all, key=lambda server: server.health.next_probe, default=None)
        if due is None or due.health.next_probe == inf:
            return inf, None
        return due.health.next_probe, due

    def keep_response(self, response_id: str, server: Server) -> None:
        """Remember which server stores a response."""
        self._responses[response_id] = server.name
        while len(self._responses) > MAX_RESPONSES:
            self._responses.popitem(last=False)

    def holder_of(self, response_id: str) -> str | None:
        """Return the name of the server that stores a response; None if unknown."""
        return self._responses.get(response_id)

    def has_model(self, model: str) -> bool:
        """Return whether any server may serve a model."""
        return any(server.may_have(model) for server in self.all)

    def models(self) -> list[tuple[str, list[str]]]:
        """Return the name and the models of each server whose models are known."""
        return [(s.name, sorted(s.models)) for s in self.all if s.models is not None]

    def _candidates(self, wanted: Wanted, now: float) -> list[Server]:
        """Return the servers that may get a request; if all are out, all of them. Never empty."""
        found = self._ready or self._not_draining()
        if wanted.model is not None:
            found = [s for s in found if s.may_have(wanted.model)] or found
        if wanted.avoid:
            found = [s for s in found if s.name not in wanted.avoid] or found
        return found

    def _not_draining(self) -> list[Server]:
        if not self._taking:
            raise RequestError("servers: no server accepts requests, all are draining")
        return self._taking

    def _least_loaded(self, ready: list[Server], now: float) -> Server:
        """Return the server with the lowest load; servers with equal load take turns."""
        if now >= self._update_at:
            self._update_loads(now)
        return min(ready, key=_load_of)

    def _by_prefix(self, ready: list[Server], keys: tuple[int, ...], now: float) -> Server:
        """Return the server that got the prefix last, or else the one that its hash prefers.

        If that server is too busy, return the server that the hash prefers among the others.
        """
        least = self._least_loaded(ready, now)
        bound = max(BUSY_FACTOR * least.load, least.load + BUSY_MARGIN)
        known = self._servers.get(self._prefixes.find(keys) or "")
        chosen = known if known in ready else self._by_hash(ready, keys[0])
        if chosen.load > bound:
            chosen = self._by_hash([s for s in ready if s.load <= bound], keys[0])
        self._prefixes.remember(keys, chosen.name)
        return chosen

    def _by_hash(self, servers: list[Server], key: int) -> Server:
        seeds = self._seeds if servers is self._ready else [server.seed for server in servers]
        return servers[preferred(key, seeds)]

    def _was_out(self, server: Server, now: float) -> None:
        """Update an excluded server after an answer; it may have restarted."""
        if not server.health.is_out:
            server.models = None
            self._prefixes.forget(server.name)
            self._update_loads(now)
        self._changed()

    def _update_loads(self, now: float) -> None:
        """Update all loads, which also change with time, and set the time of the next update."""
        self._is_relative = all(server.runs for server in self._taking)
        for server in self.all:
            server.update_load(now, self._is_relative)
        self._update_at = min((server.changes_at(now) for server in self.all), default=inf)

    def _changed(self) -> None:
        self.changes += 1
        self._taking = [server for server in self.all if not server.is_draining]
        ready = [server for server in self._taking if not server.health.is_out]
        self._ready, self._seeds = ready, [server.seed for server in ready]
