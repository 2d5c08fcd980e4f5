"""Send the attempts of one call to chosen servers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs

from .._io.asyncio_.http1_transport import AsyncOpenResponse
from .._io.asyncio_.waiting import now
from ..balancing.call_route import CallRoute, report_answer, report_failure
from ..call.request import Attempt, RequestSpec
from ..call.retry import NO_RETRY
from ..call.settings import ClientSettings
from ..errors import RequestError, VllmError
from ..http.base_url import BaseUrl
from ..http.headers import Headers
from ..http.timeouts import CallDeadlines, Deadline
from .shared_servers import AsyncServer, AsyncSharedServers

# The id of a response is near the beginning of the body, plain or streamed.
_RESPONSE_ID = re.compile(rb'"id"\s*:\s*"(resp_[^"\\]+)"')
_MAX_SEARCHED = 65_536


class AsyncChosenTransport:
    """Base class: send requests to a server that is chosen among several."""

    def __init__(self, servers: AsyncSharedServers, settings: ClientSettings) -> None:
        self._servers = servers
        self._settings = settings

    async def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> AsyncOpenResponse:
        """Send the attempt to a server; `receive_head` waits for the response. Raises VllmError."""
        raise NotImplementedError

    async def close(self) -> None:
        """Do nothing: the connections are shared with other clients."""

    async def _start_at(
        self, server: AsyncServer, attempt: Attempt[Any], deadlines: CallDeadlines
    ) -> AsyncOpenResponse:
        attempt.call._server = server.url
        flight = _Flight(self._servers, server, attempt.spec)
        try:
            fitted = await self._fitted(attempt, server, deadlines)
            return AsyncBalancedResponse(await server.transport.send(fitted, deadlines), flight)
        except BaseException as error:
            flight.failed(error)
            raise

    async def _fitted(
        self, attempt: Attempt[Any], server: AsyncServer, deadlines: CallDeadlines
    ) -> Attempt[Any]:
        """Adapt the attempt to a server: its base path, its host and its version."""
        spec = fitted_to(server.url, attempt.spec, self._settings.base_url)
        spec = await server.runner._adapted(spec, deadlines)
        return attrs.evolve(attempt, spec=spec)


class AsyncBalancedTransport(AsyncChosenTransport):
    """The transport of one call of a client with several servers."""

    def __init__(
        self, servers: AsyncSharedServers, route: CallRoute, settings: ClientSettings
    ) -> None:
        super().__init__(servers, settings)
        self.route = route

    async def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> AsyncOpenResponse:
        """Send the attempt to a server; `receive_head` waits for the response. Raises VllmError."""
        await self._servers.prepare(deadlines)
        if self.route.unknown_model is not None:
            await self._servers.ask_models()
            self.route.refuse_unknown_model()
        return await self._start_at(self._choose(), attempt, deadlines)

    def _choose(self) -> AsyncServer:
        """Choose the server of the attempt. Raises RequestError."""
        while True:
            server = self._servers.servers.get(self.route.choose(now()).name)
            if server is not None:  # None: the server has just been removed
                return server


class AsyncBalancedResponse:
    """A response whose end or failure updates the state of its server."""

    def __init__(self, response: AsyncOpenResponse, flight: _Flight) -> None:
        self._response = response
        self._flight = flight

    @property
    def status(self) -> int:
        """The HTTP status; 0 before the head has arrived."""
        return self._response.status

    @property
    def headers(self) -> Headers:
        """The header fields; empty before the head has arrived."""
        return self._response.headers

    async def receive_head(self, deadlines: CallDeadlines) -> None:
        """Wait for the head; a failure closes the response. Raises IoError, HttpError."""
        try:
            await self._response.receive_head(deadlines)
        except BaseException as error:
            self._flight.failed(error)
            raise
        self._flight.answered(self._response.status)

    def take_whole_body(self) -> bytes | None:
        """Return the whole body if it arrived with the head, else None. Call it before `read`."""
        body = self._response.take_whole_body()
        if body is not None:
            self._flight.received(body)
            self._flight.end()
        return body

    async def read(self, wait: Deadline) -> bytes:
        """Return the next bytes of the body; b"" at its end. Raises IoError, HttpError."""
        try:
            piece = await self._response.read(wait)
        except RequestError:
            raise  # another task or thread is reading
        except BaseException as error:
            self._flight.failed(error)
            raise
        self._flight.received(piece)
        return piece

    async def drain(self) -> None:
        """Read the rest if it is short, so that the connection can be used again."""
        self._flight.end()
        await self._response.drain()

    async def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        self._flight.end()
        await self._response.close()

    def abandon(self) -> None:
        """Close the connection from any thread, when awaiting is no longer possible."""
        self._flight.end()
        self._response.abandon()


class _Flight:
    """A request in flight, as counted in the state of its server."""

    def __init__(
        self, servers: AsyncSharedServers, server: AsyncServer, spec: RequestSpec[Any]
    ) -> None:
        self._servers = servers
        self._server = server.state
        self._changes_server = not spec.replayable
        self._keep: Callable[[bytes], None] | None = None
        if spec.routing is not None and spec.routing.stores:
            self._keep = self._find_response_id
        self._beginning = b""
        servers.state.begin(self._server, self, now())

    def end(self) -> None:
        """Count the request as finished."""
        self._servers.state.end(self._server, self, now())

    def answered(self, status: int) -> None:
        """Update the server's state from the head of the response."""
        if self._changes_server:
            # a LoRA adapter may have been loaded: ask for the models again
            self._server.models = None
        report_answer(self._servers.state, self._server, status, now())
        self._servers.watch()

    def failed(self, error: BaseException) -> None:
        """Count the request as failed or interrupted."""
        self.end()
        if isinstance(error, VllmError):
            report_failure(self._servers.state, self._server, error, now())
            self._servers.watch()

    def received(self, piece: bytes) -> None:
        """Process a piece of the body; b"" is its end."""
        if self._keep is not None:
            self._keep(piece)
        if not piece:
            self.end()

    def _find_response_id(self, piece: bytes) -> None:
        """Remember the id of a response that the server may store."""
        self._beginning += piece
        found = _RESPONSE_ID.search(self._beginning)
        if found is not None:
            self._servers.state.keep_response(found[1].decode(errors="replace"), self._server)
        if found is not None or len(self._beginning) > _MAX_SEARCHED:
            self._keep, self._beginning = None, b""


def fitted_to(url: BaseUrl, spec: RequestSpec[Any], general: BaseUrl) -> RequestSpec[Any]:
    """Return the request for one server, made from a request for any server.

    It is not retried, and neither is the version query that may precede it: the next attempt of the
    call chooses another server.
    """
    target = spec.target
    is_api = target.startswith(f"{general.api}/")
    target = url.api + target.removeprefix(general.api) if is_api else url.root + target
    host, own = ("host", general.netloc), ("host", url.netloc)
    headers = tuple(own if field == host else field for field in spec.headers)
    if url.authorization is not None and not any(name == "authorization" for name, _ in headers):
        headers += (("authorization", url.authorization),)
    return attrs.evolve(spec, server=url, target=target, headers=headers, retry=NO_RETRY)
