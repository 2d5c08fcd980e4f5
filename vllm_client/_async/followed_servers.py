"""Use the servers of a sync client in its bulk runs, over separate connections."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Protocol

from .._io.asyncio_.connection_options import ConnectionOptions
from ..balancing.server import Server
from ..balancing.servers import ServerSet
from ..call.settings import ClientSettings
from ..errors import RequestError
from ..http.base_url import BaseUrl
from ..http.timeouts import CallDeadlines
from .daemon_thread import in_daemon_thread
from .shared_servers import AsyncServer, AsyncSharedServers
from .shared_transport import AsyncSharedTransport


class _Followed(Protocol):
    @property
    def url(self) -> BaseUrl: ...


class FollowedServers(Protocol):
    """The servers of the sync client.

    Attributes:
        state: The state of the servers, which the sync client and its bulk runs share.
    """

    state: ServerSet

    @property
    def servers(self) -> Mapping[str, _Followed]:
        """The servers, by name."""
        ...

    def prepare(self, deadlines: CallDeadlines) -> None:
        """Find the servers if they are not known yet. May block."""
        ...

    def watch(self) -> None:
        """Start due probes of servers and due DNS look-ups."""
        ...


class AsyncFollowedServers(AsyncSharedServers):
    """The servers of a sync client, over the connections of a bulk run.

    Servers that the sync client adds, drains or removes are added, drained or removed here, too.
    The sync client probes them and looks up their names.

    Raises RequestError if the sync client has no server.
    """

    def __init__(
        self, followed: FollowedServers, settings: ClientSettings, options: ConnectionOptions
    ) -> None:
        self._followed = followed
        self._settings = settings
        self.state = followed.state
        self.servers: dict[str, AsyncServer] = {}
        self.options = options
        made = [server for state in self.state.all if (server := self.server_of(state))]
        if not made:
            raise RequestError("servers: no server accepts requests, all are draining")
        AsyncSharedTransport.__init__(self, made[0].transport, options)

    async def close(self) -> None:
        for server in list(self.servers.values()):
            await server.transport.close()

    async def prepare(self, deadlines: CallDeadlines) -> None:
        await in_daemon_thread(partial(self._followed.prepare, deadlines), _nothing)

    def watch(self) -> None:
        self._followed.watch()

    def server_of(self, state: Server) -> AsyncServer | None:
        known, followed = self.servers.get(state.name), self._followed.servers.get(state.name)
        if followed is None or (known is not None and known.state is state):
            return known
        made = AsyncServer(state, followed.url, self._settings, self.options)
        self.servers[state.name] = made
        return made

    async def ask_models(self) -> None:
        for state in self.state.all:
            self.server_of(state)
        await super().ask_models()


def _nothing(result: None) -> None:
    """Ignore the result of a look-up that no caller waits for."""
