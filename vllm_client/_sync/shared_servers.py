# Generated from vllm_client/_async/shared_servers.py by `python tests/tools/generate_sync.py`.
"""The servers of a client, which it shares with its copies."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any

from .._io.threads.background import Background
from .._io.threads.connection_options import ConnectionOptions
from .._io.threads.waiting import now
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

# Max seconds for requests of the client itself: health checks and model lists.
QUESTION_SECONDS = 5.0
# Max seconds that the probe task sleeps before it looks for the next due server.
MAX_PAUSE = 1.0

_QUESTION: Mapping[str, object] = {"timeout": QUESTION_SECONDS, "retry": None}


class SyncServer:
    """One of several servers: its state, its connections and a runner.

    The runner requests the health, the version and the models of the server.
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
        """Check the server: return its problem, if any, and whether it responded."""
        try:
            healthy = self.runner.call(HEALTH(self.runner.settings, _QUESTION))
            return None if healthy else f"{routes.HEALTH.path} answered 503", True
        except ApiError:
            return None, True  # a gateway that lacks the route
        except VllmError as error:
            return error.message, False

    def ask_models(self) -> None:
        """Request the models of the server; on failure they stay unknown."""
        try:
            found = self.runner.call(models.LIST(self.runner.settings, _QUESTION))
            self.state.models = frozenset(model.id for model in found.data)
        except VllmError:
            self.state.models = None


class SyncSharedServers(SyncSharedTransport):
    """The servers of a client and its copies: their state, and a transport for each.

    Raises RequestError for options that apply to a single server only.
    """

    def __init__(
        self, urls: ServerUrls, settings: ClientSettings, options: ConnectionOptions
    ) -> None:
        if options.uds is not None:
            raise RequestError("uds: a Unix socket is a single server, but this client has several")
        self.state = ServerSet((), urls.policy)
        self.servers: dict[str, SyncServer] = {}
        self._settings = settings
        made = [self._server(name, url, options) for name, url in urls.urls]
        super().__init__(made[0].transport, options)
        self.probes = Background(_probes(weakref.ref(self)))

    def close(self) -> None:
        """Close the connections to all servers as they become idle."""
        self.probes.close()
        for server in list(self.servers.values()):
            server.transport.close()

    def add(self, name: str, url: BaseUrl) -> None:
        """Add a server. Raises RequestError if the name is in use."""
        if name in self.servers:
            raise RequestError(f"servers: {name} already exists")
        self._server(name, url, self.options)

    def remove(self, name: str) -> None:
        """Remove a server; its connections close as they become idle. Raises RequestError."""
        self.state.remove(name)
        self.servers.pop(name).transport.close()

    def _server(self, name: str, url: BaseUrl, options: ConnectionOptions) -> SyncServer:
        """Create a server, which receives requests once it is complete."""
        server = SyncServer(Server(name), url, self._settings, options)
        self.servers[name] = server
        self.state.take(server.state)
        return server

    def prepare(self, deadlines: CallDeadlines) -> None:
        """Find the servers before a call, if they are not known yet."""

    def server_of(self, state: Server) -> SyncServer | None:
        """Return the server with this state; None if it was removed."""
        return self.servers.get(state.name)

    def watch(self) -> None:
        """Start probing if a server has failed or may have failed."""
        if self.state.next_probe()[1] is not None:
            self.probes.ensure()

    def probe_next(self) -> bool:
        """Probe the due server, or sleep briefly; return False if no server needs a probe."""
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
        """Request the models of servers whose models are unknown."""
        for server in list(self.servers.values()):
            if server.state.models is None and not server.state.health.is_out:
                server.ask_models()


def _probes(shared: weakref.ref[SyncSharedServers]) -> Callable[[], None]:
    """Probe in the background; ends with the clients, even if they are not closed."""

    def probe() -> None:
        servers = shared()
        while servers is not None and servers.probe_next():
            servers = None  # without a reference the state can be garbage-collected
            servers = shared()

    return probe
