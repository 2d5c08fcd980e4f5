"""The servers of one client: their state, and which of them gets the next request."""

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

# A preferred server is much busier than the least loaded one from this factor on, and has at least
# this many more requests in flight. Below it, what its prefix cache saves is worth the wait.
BUSY_FACTOR = 1.5
BUSY_MARGIN = 4
# Stored responses whose server is remembered.
MAX_RESPONSES = 65_536

_load_of = attrgetter("load")


class ServerSet:
    """Chooses among servers, and learns from the outcomes.

    Several threads may use it at once: each step that matters is atomic, and a count that is off by
    one for a moment only moves a request.

    Args:
        names: The names of the servers, in the caller's order.
        policy: See `Servers`.

    Attributes:
        changes: How often a server was added, removed, drained, out or back, so far.
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
        """The server of this name. Raises RequestError, which names those there are."""
        server = self._servers.get(name)
        if server is None:
            raise RequestError(f"server: no {name!r:.80} here, only {', '.join(self._servers)}")
        return server

    @property
    def all(self) -> tuple[Server, ...]:
        """The servers, in the order they were added."""
        return tuple(self._servers.values())

    def take(self, server: Server) -> None:
        """Use one more server."""
        self._servers[server.name] = server
        self._changed()

    def drain(self, name: str) -> None:
        """Send no new requests to a server; those in flight finish. Raises RequestError."""
        self[name].is_draining = True
        self._changed()

    def resume(self, name: str) -> None:
        """Send requests to a server again that was draining. Raises RequestError."""
        self[name].is_draining = False
        self._changed()

    def remove(self, name: str) -> None:
        """Forget a server. Raises RequestError if there is none of this name."""
        del self._servers[self[name].name]
        self._prefixes.forget(name)
        self._changed()

    def choose(self, wanted: Wanted, now: float) -> Server:
        """The server for a request. Raises RequestError where no server may have it."""
        if wanted.server is not None:
            return self[wanted.server]
        ready = self._candidates(wanted, now)
        if wanted.keys and (self.policy == "prefix" or wanted.session):
            return self._by_prefix(ready, wanted.keys, now)
        if self.policy == "round_robin":
            return min(ready, key=attrgetter("last_choice"))
        return self._least_loaded(ready, now)

    def begin(self, server: Server, flight: object, now: float) -> None:
        """A request goes to a server; `flight` stands for it until `end`."""
        server.last_choice = next(self._choices)
        server.flights.add(flight)
        server.update_load(now, self._is_relative)

    def end(self, server: Server, flight: object, now: float) -> None:
        """A request has ended. Ending it twice does nothing more."""
        server.flights.discard(flight)
        server.update_load(now, self._is_relative)

    def has_another(self, wanted: Wanted) -> bool:
        """Whether a server that is in, and has not failed the request, may have it."""
        return wanted.server is None and any(
            server.name not in wanted.avoid
            and (wanted.model is None or server.may_have(wanted.model))
            for server in self._ready
        )

    def allowed(self, wanted: Wanted) -> list[Server] | None:
        """The servers that may have a row of a bulk run; None for all of them.

        Raises RequestError if none takes requests.
        """
        found = self._not_draining()
        model = wanted.model
        if model is not None:  # `may_have`, written out: it is asked for each row
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
        """The server of a prefix or session, however busy: the one that has it, or that its hash
        prefers. If that is crowded, and has only the beginning, such as the system prompt of all
        rows, the one that the hash of the whole prompt prefers. Raises RequestError without
        servers."""
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
        """A row with this prefix goes to a server."""
        self._prefixes.remember(keys, server)

    def run_reported(self, server: Server, run: object, load: RunLoad, now: float) -> None:
        """A bulk run has checked a server."""
        server.runs[run] = load
        self._update_loads(now)

    def run_ended(self, run: object, now: float) -> None:
        """A bulk run sends no more."""
        for server in self.all:
            server.runs.pop(run, None)
        self._update_loads(now)

    def went_away(self, server: Server, now: float, cause: str) -> None:
        """A bulk run has found that a server is away."""
        server.health.leave(now, cause)
        self._changed()

    def connect_failed(self, server: Server, now: float, cause: str) -> None:
        """A connect to a server failed."""
        server.errors += 1
        server.health.connect_failed(now, cause)
        self._changed()

    def failed(self, server: Server, now: float, *, refused: bool = False) -> None:
        """A server failed a request in another way; its health is checked."""
        server.errors += 1
        server.health.doubted(now)
        if refused:
            server.rests_until = now + REST_SECONDS
            self._update_loads(now)

    def answered(self, server: Server, now: float) -> None:
        """A server sent the head of an answer."""
        was_out = server.health.is_out
        server.health.answered(now)
        if was_out:
            self._was_out(server, now)

    def probed(self, server: Server, now: float, failure: str | None, *, connected: bool) -> None:
        """A probe of /health has ended; see `ServerHealth.probed`."""
        was_out = server.health.is_out
        server.health.probed(now, failure, connected=connected)
        if was_out:
            self._was_out(server, now)
        self._changed()

    def next_probe(self) -> tuple[float, Server | None]:
        """When the next probe is due, and of which server; infinite and None for no probe."""
        due = min(self.all, key=lambda server: server.health.next_probe, default=None)
        if due is None or due.health.next_probe == inf:
            return inf, None
        return due.health.next_probe, due

    def keep_response(self, response_id: str, server: Server) -> None:
        """A server has stored a response."""
        self._responses[response_id] = server.name
        while len(self._responses) > MAX_RESPONSES:
            self._responses.popitem(last=False)

    def holder_of(self, response_id: str) -> str | None:
        """The server that stores a response, if this client knows."""
        return self._responses.get(response_id)

    def has_model(self, model: str) -> bool:
        """Whether any server may serve a model."""
        return any(server.may_have(model) for server in self.all)

    def models(self) -> list[tuple[str, list[str]]]:
        """The servers whose models are known, each with its models."""
        return [(s.name, sorted(s.models)) for s in self.all if s.models is not None]

    def _candidates(self, wanted: Wanted, now: float) -> list[Server]:
        """Those that may have a request; when all are out, all of them. Never empty."""
        found = self._ready or self._not_draining()
        if wanted.model is not None:
            found = [s for s in found if s.may_have(wanted.model)] or found
        if wanted.avoid:
            found = [s for s in found if s.name not in wanted.avoid] or found
        return found

    def _not_draining(self) -> list[Server]:
        if not self._taking:
            raise RequestError("servers: none is left that takes requests")
        return self._taking

    def _least_loaded(self, ready: list[Server], now: float) -> Server:
        """The one with the lowest load; in turns among equals."""
        if now >= self._update_at:
            self._update_loads(now)
        return min(ready, key=_load_of)

    def _by_prefix(self, ready: list[Server], keys: tuple[int, ...], now: float) -> Server:
        """The one that got the prefix before, or that its hash prefers, unless much busier."""
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
        """A server that was out has answered again. It may have been restarted."""
        if not server.health.is_out:
            server.models = None
            self._prefixes.forget(server.name)
            self._update_loads(now)
        self._changed()

    def _update_loads(self, now: float) -> None:
        """Update the servers whose rest is over, and those that have recovered."""
        self._is_relative = all(server.runs for server in self._taking)
        for server in self.all:
            server.update_load(now, self._is_relative)
        self._update_at = min((server.changes_at(now) for server in self.all), default=inf)

    def _changed(self) -> None:
        self.changes += 1
        self._taking = [server for server in self.all if not server.is_draining]
        ready = [server for server in self._taking if not server.health.is_out]
        self._ready, self._seeds = ready, [server.seed for server in ready]
