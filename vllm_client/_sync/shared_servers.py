# Generated from vllm_client/_async/shared_servers.py by `python tests/tools/generate_sync.py`.
"""The servers of a client that has several, shared by its family."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping

from .._io.threads.background import Background
from .._io.threads.connection_options import ConnectionOptions
from .._io.threads.waiting import Pending, now
from ..api.server import models
from ..api.server.status import HEALTH
from ..balancing.server import Server
from ..balancing.servers import ServerSet
from ..call.settings import ClientSettings, ServerUrls
from ..errors import ApiError, RequestError, VllmError
from ..http.base_url import BaseUrl
from ..http.timeouts import CallDeadlines
from ..vllm import routes
from .call_runner import SyncCallRunner
from .choose_transport import transport_for
from .shared_transport import SyncSharedTransport

# How long a server may take to answer a question of the client's own.
QUESTION_SECONDS = 5.0
# How long the probes pause at most, before they look again which server is due.
MAX_PAUSE = 1.0

_QUESTION: Mapping[str, object] = {"timeout": QUESTION_SECONDS, "retry": None}


class SyncServer:
    """One of several servers: its state, and a runner over its own connections.

    The runner asks for what belongs to the server: its health, its version, its models.
    """

    def __init__(
        self, state: Server, url: BaseUrl, settings: ClientSettings, options: ConnectionOptions
    ) -> None:
        self.state = state
        self.url = url
        self.transport = transport_for(url, options)
        family = SyncSharedTransport(self.transport, options)
        self.runner = SyncCallRunner(settings.of_server(url), family, None)

    def probe(self) -> tuple[str | None, bool]:
        """The problem of the server, and whether it answered at all."""
        try:
            healthy = self.runner.call(HEALTH(self.runner.settings, _QUESTION))
            return None if healthy else f"{routes.HEALTH.path} answered 503", True
        except ApiError:
            return None, True  # a gateway without this route
        except VllmError as error:
            return error.message, False

    def ask_models(self) -> None:
        """Learn which models it has; they stay unknown where it does not say so."""
        try:
            found = self.runner.call(models.LIST(self.runner.settings, _QUESTION))
            self.state.models = frozenset(model.id for model in found.data)
        except VllmError:
            self.state.models = None


class SyncSharedServers(SyncSharedTransport):
    """The servers of a family: which there are, how they are, and a transport for each.

    Raises RequestError for options that are meant for one server.
    """

    def __init__(
        self, urls: ServerUrls, settings: ClientSettings, options: ConnectionOptions
    ) -> None:
        if options.uds is not None:
            raise RequestError("uds: a Unix socket is one server, and this client has several")
        self.state = ServerSet((), urls.policy)
        self.servers: dict[str, SyncServer] = {}
        self._settings = settings
        made = [self._server(name, url, options) for name, url in urls.urls]
        super().__init__(made[0].transport, options)
        self.probes = Background(_probes(weakref.ref(self)))

    def close(self) -> None:
        """Close the connections to all servers, as soon as they are idle."""
        self.probes.close()
        for server in list(self.servers.values()):
            server.transport.close()

    def add(self, name: str, url: BaseUrl) -> None:
        """Use one more server from now on. Raises RequestError if there is one of this name."""
        if name in self.servers:
            raise RequestError(f"servers: {name} is there already")
        self._server(name, url, self.options)

    def remove(self, name: str) -> None:
        """Forget a server; its connections close when they are idle. Raises RequestError."""
        self.state.remove(name)
        self.servers.pop(name).transport.close()

    def _server(self, name: str, url: BaseUrl, options: ConnectionOptions) -> SyncServer:
        """A new server, which gets requests as soon as all of it is there."""
        server = SyncServer(Server(name), url, self._settings, options)
        self.servers[name] = server
        self.state.take(server.state)
        return server

    def prepare(self, deadlines: CallDeadlines) -> None:
        """Find the servers before a call, where they are not known yet."""

    def server_of(self, state: Server) -> SyncServer | None:
        """The server that has this state; None if it was removed."""
        return self.servers.get(state.name)

    def watch(self) -> None:
        """See to it that servers which are out, or may be, are probed."""
        if self.state.next_probe()[1] is not None:
            self.probes.ensure()

    def probe_next(self) -> bool:
        """Probe the server that is due, or pause a little; False if there is nothing to probe."""
        due, state = self.state.next_probe()
        if state is None or self.probes.is_closed:
            return False
        wait = due - now()
        if wait > 0:
            self.probes.pause(min(wait, MAX_PAUSE))
            return True
        failure, connected = self.servers[state.name].probe()
        self.state.probed(state, now(), failure, connected=connected)
        return True

    def ask_models(self) -> None:
        """Ask each server whose models are not known."""
        for server in list(self.servers.values()):
            if server.state.models is None and not server.state.health.is_out:
                server.ask_models()


def _probes(shared: weakref.ref[SyncSharedServers]) -> Callable[[], Pending[None]]:
    """The probes in the background; they end with the clients, even if nobody closes those."""

    def probe() -> None:
        servers = shared()
        while servers is not None and servers.probe_next():
            servers = None  # so that it can be collected
            servers = shared()

    return probe
