"""The connections of a family of clients, by event loop. The sync package has its own file."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from math import inf
from time import monotonic

from ...errors import IoTimeout
from ...http.address import Address
from ...http.idle_connections import IdleConnections
from ...http.timeouts import CallDeadlines, Deadline
from .connection import Connection

_BUFFER_SIZE = 1 << 18
# One buffer serves all connections of a loop, since each read is taken in before the next begins.
# Not so on Windows, whose loop has many reads under way at once.
_BUFFER_IS_SHARED = sys.platform != "win32"


class _Home:
    """What belongs to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int | None) -> None:
        self.loop = loop
        self.idle: IdleConnections[Connection] = IdleConnections()
        self.buffer = _new_buffer()
        self.slots = asyncio.Semaphore(most) if most is not None else None
        self.closer = _close_with_loop(self.idle)


class Pool:
    """Lends connections and takes them back. Works across several event loops, one after another.

    most: connections at once; a further request waits. None is no limit.
    """

    def __init__(self, address: Address, most: int | None = None) -> None:
        self.address = address
        self._most = most
        self._closed = False
        self._homes: dict[asyncio.AbstractEventLoop, _Home] = {}

    async def acquire(self, fresh: bool, deadlines: CallDeadlines) -> Connection:
        """An idle connection, or a new one; always a new one if `fresh`."""
        home = self._homes.get(asyncio.get_running_loop()) or await self._settle()
        if home.slots is not None:
            await _within(deadlines.queueing(monotonic()), home.slots)
        connection = None if fresh else home.idle.pop(monotonic())
        if connection is not None:
            return connection
        buffer = home.buffer if _BUFFER_IS_SHARED else _new_buffer()
        try:
            return await Connection.open(self.address, buffer, deadlines.connecting(monotonic()))
        except BaseException:
            self._free_slot()
            raise

    def release(self, connection: Connection) -> None:
        """Take back a connection; it is kept if another request can follow on it."""
        home = self._homes.get(asyncio.get_running_loop())
        if connection.tidy and home is not None and not self._closed:
            connection.rest()
            home.idle.push(connection, monotonic())
        else:
            connection.close()
        self._free_slot()

    def discard(self, connection: Connection) -> None:
        """Take back a connection on which something went wrong."""
        connection.close()
        self._free_slot()

    def __del__(self) -> None:
        self.abandon_idle()

    def abandon(self, connection: Connection) -> None:
        """Discard a connection from whatever thread, as a collected stream has to."""
        _soon(connection.loop, partial(self.discard, connection))

    async def close(self) -> None:
        """Close the idle connections of every loop, and others when their streams end."""
        self._closed = True
        self.abandon_idle()
        await asyncio.sleep(0)  # until the callbacks have run…
        await asyncio.sleep(0)  # …and the transports have closed their sockets

    def abandon_idle(self) -> None:
        """Close the idle connections of every loop, from whatever thread."""
        for loop, home in list(self._homes.items()):
            _soon(loop, home.idle.clear)

    async def _settle(self) -> _Home:
        """A home in the running loop; those of loops that are gone are forgotten."""
        for loop in list(self._homes):
            if loop.is_closed():
                self._homes.pop(loop, None)  # unless another thread was faster
        loop = asyncio.get_running_loop()
        home = self._homes[loop] = _Home(loop, self._most)
        await anext(home.closer)
        return home

    def _free_slot(self) -> None:
        home = self._homes.get(asyncio.get_running_loop())
        if home is not None and home.slots is not None:
            home.slots.release()


def _new_buffer() -> memoryview:
    return memoryview(bytearray(_BUFFER_SIZE))


def _soon(loop: asyncio.AbstractEventLoop, act: Callable[[], object]) -> None:
    """Have it done in the loop, from whatever thread; a loop that is closed needs nothing done."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(act)


async def _within(wait: Deadline, slots: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(None if wait.until == inf else wait.until - monotonic()):
            await slots.acquire()
    except TimeoutError:
        problem = f"all connections that max_connections allows are in use: {wait}"
        error = IoTimeout(problem, wait.clock, wait.seconds)
        error.may_have_arrived = False
        raise error from None


async def _close_with_loop(idle: IdleConnections[Connection]) -> AsyncGenerator[None, None]:
    """Begun in a loop, this closes the idle connections when the loop shuts down.

    asyncio.run closes all asynchronous generators before it closes the loop: the one hook that a
    loop offers, so that nobody has to close the client in every loop that used it.
    """
    try:
        yield
    finally:
        idle.clear()
        await asyncio.sleep(0)  # the transports close in the next round
