"""Sockets of an asyncio loop that are connected. The sync package has a file of the same names."""

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
    """Connects sockets to one address, in one event loop. Remembers which endpoint answered."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.has_answered = False  # in the protocol of the address: HTTP, or HTTP over TLS
        self._limit = ConnectLimit()
        self._speaks_tls: bool | None = None
        self._preferred: Endpoint | None = None
        self._look_up: asyncio.Future[list[Endpoint]] | None = None

    async def connect(self, until: float) -> socket.socket:
        """A connected socket. Raises OSError, TimeoutError, UnicodeError."""
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
        """Whether a server that closes plain connections without a word was seen to speak TLS.

        It is seen once; a server that fails for another reason is not asked again and again.
        """
        if self._speaks_tls is None:
            self._speaks_tls = False  # for those who ask meanwhile
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
            return await asyncio.shield(asked)  # others may wait for it, too
        finally:
            if asked.done():
                self._look_up = None


async def looked_up(address: Address, until: float) -> list[Endpoint]:
    """The endpoints that the name service has. Raises OSError, TimeoutError, UnicodeError."""
    async with asyncio.timeout(None if until == inf else until - monotonic()):
        return await _begin_look_up(address)


def _begin_look_up(address: Address) -> asyncio.Future[list[Endpoint]]:
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Endpoint]] = loop.create_future()

    def settle(result: list[Endpoint] | Exception) -> None:
        if found.done():  # cancelled: nobody waits for it any more
            return
        if isinstance(result, Exception):
            found.set_exception(result)
            found.exception()  # not "never retrieved", should all who asked have left
        else:
            found.set_result(result)

    def deliver(result: list[Endpoint] | Exception) -> None:
        with suppress(RuntimeError):  # the loop may be closed meanwhile
            loop.call_soon_threadsafe(settle, result)

    look_up(address, deliver)
    return found


async def _first_connected(endpoints: list[Endpoint]) -> tuple[socket.socket, Endpoint]:
    """A socket to the endpoint that answers first, each being tried a little after the one before.

    Raises OSError if none accepts.
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
    """End the attempts that lost, and close what they have connected."""
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
        if endpoint.is_local:  # connects or fails at once, of which asyncio knows nothing
            sock.connect(endpoint.address)
        else:
            await asyncio.get_running_loop().sock_connect(sock, endpoint.address)
    except BaseException:
        sock.close()
        raise
    return sock, endpoint
