"""Use every address of a DNS name as a server."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Coroutine
from math import inf
from typing import Any

import attrs

from .._io.asyncio_.background import Background
from .._io.asyncio_.connecting import looked_up
from .._io.asyncio_.connection_options import ConnectionOptions
from .._io.asyncio_.http1_transport import AsyncHttp1Transport
from .._io.asyncio_.waiting import Turns, now
from .._io.endpoints import first_family, needs_look_up
from ..balancing.name_addresses import Changes, NameAddresses
from ..call.settings import ClientSettings, ServerUrls
from ..errors import RequestError
from ..http.address import Address
from ..http.base_url import BaseUrl
from ..http.timeouts import CallDeadlines
from .shared_servers import AsyncServer, AsyncSharedServers


class AsyncResolvedServers(AsyncSharedServers):
    """Servers that follow the addresses of their DNS names.

    Raises RequestError if a proxy or httpx resolves the names instead of this client.
    """

    def __init__(
        self, urls: ServerUrls, settings: ClientSettings, options: ConnectionOptions
    ) -> None:
        self._names: list[tuple[NameAddresses, BaseUrl]] = []
        self._turns = Turns()
        self._look_ups = Background(_look_ups_of(weakref.ref(self)))
        super().__init__(urls, settings, options)

    async def close(self) -> None:
        """Close the connections to all servers as they become idle."""
        self._look_ups.close()
        await super().close()

    async def prepare(self, deadlines: CallDeadlines) -> None:
        """Look up the names that have not been looked up yet."""
        if not all(name.was_looked_up for name, _ in self._names):
            await self.look_up(deadlines.connecting(now()).until)

    def watch(self) -> None:
        """Start due probes of failed servers and due DNS look-ups."""
        super().watch()
        if self._has_due_names():
            self._look_ups.ensure()

    async def look_up(self, until: float) -> None:
        """Look up due names, and add or remove servers to match their addresses."""
        if not await self._turns.take(until):
            return
        try:
            for name, url in list(self._names):
                if name.next_look_up <= now():
                    await self._look_up(name, url, until)
        finally:
            self._turns.give_back()

    def _has_due_names(self) -> bool:
        moment = now()
        return any(name.next_look_up <= moment for name, _ in self._names)

    async def _look_up(self, name: NameAddresses, url: BaseUrl, until: float) -> None:
        try:
            endpoints = await looked_up(Address.of(url, None, None), until)
        except (OSError, UnicodeError):
            endpoints = []
        if not endpoints:
            name.failed(now())
            return
        in_flight = {server.name: server.in_flight for server in self.state.all}
        await self._change(url, name.found(first_family(endpoints), in_flight, now()))

    async def _change(self, url: BaseUrl, changes: Changes) -> None:
        for server, address in changes.add.items():
            self._server(server, attrs.evolve(url, address=address), self.options)
        for server in changes.resume:
            self.state.resume(server)
        for server in changes.drain:
            self.state.drain(server)
        for server in changes.remove:
            await self.remove(server)

    def _server(self, name: str, url: BaseUrl, options: ConnectionOptions) -> AsyncServer:
        server = super()._server(name, url, options)
        if needs_look_up(Address.of(url, None, None)):
            if not isinstance(server.transport, AsyncHttp1Transport):
                raise RequestError("resolve: a proxy or httpx looks the names of servers up itself")
            self._names.append((NameAddresses(name), url))
        return server


def _look_ups_of(
    shared: weakref.ref[AsyncResolvedServers],
) -> Callable[[], Coroutine[Any, Any, None]]:
    """Look up names in the background."""

    async def look_up() -> None:
        servers = shared()
        if servers is not None:
            await servers.look_up(inf)

    return look_up
