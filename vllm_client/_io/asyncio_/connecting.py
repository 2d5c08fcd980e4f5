"""Connect sockets in an asyncio loop. `threads/connecting.py` is the sync counterpart."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import suppress
from math import inf
from time import monotonic

from ...http.address import Address
from ..connect_errors import failure_of, most_telling
from ..endpoints import (
    NEXT_ENDPOINT_SECONDS,
    Endpoint,
    endpoints_without_look_up,
    look_up,
    preferring,
)
from ..tls import PROBE_SECONDS, client_hello, is_tls_answer
from .connect_limit import ConnectLimit


class Connector:
    """Connects sockets to one address, in one event loop.

    The endpoint that accepted the last connection is tried first the next time.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.has_answered = False  # whether any connection has received a valid HTTP response
        self._limit = ConnectLimit()
        self._speaks_tls: bool | None = None
        self._preferred: Endpoint | None = None
        self._look_up: asyncio.Future[list[Endpoint]] | None = None

    async def connect(self, until: float) -> socket.socket:
        """Return a connected socket. Raises OSError, TimeoutError, UnicodeError."""
        holds_place = await self._limit.enter(until)
        try:
            endpoints = preferring(self._preferred, await self._endpoints())
            sock, self._preferred = await _first_connected(endpoints)
        except OSError as error:
            if failure_of(error) == "refused":
                self._limit.refused()
            raise
        finally:
            self._limit.leave(holds_place)
        self._limit.accepted()
        return sock

    async def speaks_tls(self, until: float) -> bool:
        """Return whether a server that closed a plain connection without an answer speaks TLS.

        The server is probed once, and the result is kept, also that of a failed probe.
        """
        if self._speaks_tls is None:
            self._speaks_tls = False  # the result for concurrent callers during the probe
            self._speaks_tls = await self._answers_in_tls(until)
        return self._speaks_tls

    async def _answers_in_tls(self, until: float) -> bool:
        loop, until = asyncio.get_running_loop(), min(until, monotonic() + PROBE_SECONDS)
        try:
            async with asyncio.timeout(until - monotonic()):
                with await self.connect(until) as sock:
                    await loop.sock_sendall(sock, client_hello())
                    return is_tls_answer(await loop.sock_recv(sock, 16))
        except OSError:
            return False

    async def _endpoints(self) -> list[Endpoint]:
        known = endpoints_without_look_up(self.address)
        if known is not None:
            return known
        if self._look_up is None:
            self._look_up = _begin_look_up(self.address)
        asked = self._look_up
        try:
            return await asyncio.shield(asked)  # other tasks may wait for the same look-up
        finally:
            if asked.done():
                self._look_up = None


async def looked_up(address: Address, until: float) -> list[Endpoint]:
    """Resolve the name of an address.

    Raises:
        OSError: The name cannot be resolved.
        TimeoutError: It was not resolved before the monotonic time `until`.
        UnicodeError: The host is not a valid name.
    """
    async with asyncio.timeout(None if until == inf else until - monotonic()):
        return await _begin_look_up(address)


def _begin_look_up(address: Address) -> asyncio.Future[list[Endpoint]]:
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Endpoint]] = loop.create_future()

    def settle(result: list[Endpoint] | Exception) -> None:
        if found.done():  # cancelled by the only task that waited for it
            return
        if isinstance(result, Exception):
            found.set_exception(result)
            found.exception()  # or asyncio may log "exception was never retrieved"
        else:
            found.set_result(result)

    def deliver(result: list[Endpoint] | Exception) -> None:
        with suppress(RuntimeError):  # the loop may have been closed
            loop.call_soon_threadsafe(settle, result)

    look_up(address, deliver)
    return found


async def _first_connected(endpoints: list[Endpoint]) -> tuple[socket.socket, Endpoint]:
    """Return a socket to the endpoint that accepts first.

    Connects are started one after the other, NEXT_ENDPOINT_SECONDS apart, and run concurrently
    (RFC 8305, "Happy Eyeballs").

    Raises:
        OSError: No endpoint accepted.
    """
    if len(endpoints) == 1:
        return await _connected(endpoints[0])
    untried = deque(endpoints)
    trying: set[asyncio.Task[tuple[socket.socket, Endpoint]]] = set()
    errors: list[OSError] = []
    try:
        while untried or trying:
            if untried:
                trying.add(asyncio.create_task(_connected(untried.popleft())))
            done, _ = await asyncio.wait(
                trying,
                timeout=NEXT_ENDPOINT_SECONDS if untried else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                trying.discard(task)
                try:
                    return task.result()
                except OSError as error:
                    errors.append(error)
    finally:
        await _close_all(trying)
    raise most_telling(errors)


async def _close_all(trying: set[asyncio.Task[tuple[socket.socket, Endpoint]]]) -> None:
    """Cancel the remaining attempts, and close sockets that they have connected."""
    for task in trying:
        task.cancel()
        task.add_done_callback(_close_late)
    if trying:
        await asyncio.wait(trying)


def _close_late(task: asyncio.Task[tuple[socket.socket, Endpoint]]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result()[0].close()


async def _connected(endpoint: Endpoint) -> tuple[socket.socket, Endpoint]:
    sock = endpoint.new_socket()
    try:
        # connect() never blocks on a Unix socket: EAGAIN is an error there (the backlog is full),
        # which asyncio would take for a connect in progress.
        if endpoint.is_local:
            sock.connect(endpoint.address)
        else:
            await asyncio.get_running_loop().sock_connect(sock, endpoint.address)
    except BaseException:
        sock.close()
        raise
    return sock, endpoint
