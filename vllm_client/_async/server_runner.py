"""Send requests of a bulk run to the server that the run has chosen."""

from __future__ import annotations

from typing import Any

from .._io.asyncio_.http1_transport import AsyncOpenResponse, AsyncTransport
from ..call.request import Attempt, RequestSpec
from ..call.settings import ClientSettings
from ..http.timeouts import CallDeadlines
from ..record import Call
from .balanced_runner import AsyncBalancedRunner
from .balanced_transport import AsyncChosenTransport
from .call_runner import AsyncCallRunner, T
from .shared_servers import AsyncServer, AsyncSharedServers


class AsyncServerTransport(AsyncChosenTransport):
    """A transport that sends all requests to one of several servers."""

    def __init__(
        self, servers: AsyncSharedServers, server: AsyncServer, settings: ClientSettings
    ) -> None:
        super().__init__(servers, settings)
        self._server = server

    async def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> AsyncOpenResponse:
        """Send the attempt; `receive_head` waits for the response. Raises VllmError."""
        return await self._start_at(self._server, attempt, deadlines)


class AsyncServerRunner(AsyncCallRunner):
    """A runner that sends requests, which were built for any server, to one server.

    It does not count as a user of the connections, so they close with the client.
    """

    def __init__(self, caller: AsyncBalancedRunner, server: AsyncServer) -> None:
        self.settings = caller.settings
        self.family = caller.servers
        self.observers = caller.observers
        self._caller = caller
        self._transport = AsyncServerTransport(caller.servers, server, caller.settings)

    def _begin(self, spec: RequestSpec[Any]) -> tuple[AsyncTransport, CallDeadlines, Call]:
        _, deadlines, call = AsyncCallRunner._begin(self._caller, spec)
        return self._transport, deadlines, call

    async def _adapted(self, spec: RequestSpec[T], deadlines: CallDeadlines) -> RequestSpec[T]:
        return spec  # adapted to the version of this server by the transport
