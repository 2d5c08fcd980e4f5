"""The connection pool that related clients share, with separate connections per event loop.

Clients made from one another, by `with_…` methods, share one pool. `threads/pool.py` is the sync
counterpart.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from math import inf
from time import monotonic
from weakref import WeakSet, WeakValueDictionary, ref

from ...errors import IoError, IoTimeout
from ...http.address import Address
from ...http.idle_connections import IdleConnections
from ...http.timeouts import CallDeadlines, Deadline
from ..connect_errors import is_out_of_descriptors, no_descriptor_left
from ..event_loops import running_loop
from .connecting import Connector
from .connection import Connection
from .waiting import Line

_BUFFER_SIZE = 1 << 18
# All connections of a loop share one receive buffer, since each read is processed before the next
# one begins. On Windows they cannot, since its event loop has several reads in flight.
_BUFFER_IS_SHARED = sys.platform != "win32"
_NEVER_SECONDS = 10_000_000.0


class _Loop:
    """State shared by all pools of one event loop, used when file descriptors run out."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.homes: WeakSet[_Home] = WeakSet()
        self.freed = Line()

    async def make_room(self, error: IoError, wait: Deadline) -> None:
        """Wait until a file descriptor may be free, or a connection may be idle.

        Raises:
            IoError: No connection of this client can free a descriptor; `IoTimeout` if none was
                freed in time.
        """
        if any(home.idle.drop_oldest() for home in list(self.homes)):
            await _until_closed()
        elif not self._is_due():
            raise no_descriptor_left(error) from error.__cause__
        elif not await self.freed.wait(wait.until, self._is_due):
            problem = f"{error.message}, and all connections are in use: {wait}"
            raise _not_sent(IoTimeout(problem, wait.clock, wait.seconds)) from error.__cause__

    def _is_due(self) -> bool:
        return any(home.busy for home in list(self.homes))


# The state of each loop that has connections, by the loop's id.
_LOOPS: WeakValueDictionary[int, _Loop] = WeakValueDictionary()


class _Home:
    """The part of a pool that belongs to one event loop.

    The loop holds a strong reference to it (`stay`), the pool only a weak one. So a loop that is
    dropped without being closed is garbage-collected together with its connections.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, address: Address, most: int | None) -> None:
        self.loop = loop
        self.idle: IdleConnections[Connection] = IdleConnections()
        self.busy: set[object] = set()  # connections in use, and those being opened
        self.connector = Connector(address)
        self.buffer = _new_buffer()
        self.slots = asyncio.Semaphore(most) if most is not None else None
        self.closer = _close_with_loop(self.idle)
        self.of_loop = _shared_of(loop)
        self.freed = self.of_loop.freed
        self.of_loop.homes.add(self)
        self._anchor: asyncio.TimerHandle | None = None

    def stay(self) -> None:
        """Make the loop hold a reference to this object, by a timer that never fires."""
        self._anchor = self.loop.call_later(_NEVER_SECONDS, self.stay)

    def leave(self) -> None:
        """Close the idle connections, when the pool was closed or garbage-collected."""
        self.idle.clear()
        self.freed.wake_all()
        if self._anchor is not None:
            self._anchor.cancel()

    async def open(self, deadlines: CallDeadlines) -> Connection:
        """Return a new connection. Raises IoError, IoTimeout, RequestError."""
        buffer = self.buffer if _BUFFER_IS_SHARED else _new_buffer()
        opening = object()
        self.busy.add(opening)
        try:
            wait = deadlines.connecting(monotonic())
            return await Connection.open(self.connector, buffer, wait)
        except BaseException as error:
            if not is_out_of_descriptors(error):
                self.freed.wake()  # the descriptor of the failed connect is free again
            raise
        finally:
            self.busy.discard(opening)

    def take_back(self, connection: Connection) -> None:
        """Record that a connection is no longer in use: it is idle or closed."""
        self.busy.discard(connection)
        if self.freed.waiters:
            self.freed.wake()
        if self.slots is not None:
            self.slots.release()


class Pool:
    """A connection pool. It may be used in several event loops, one after another.

    Args:
        address: The server to connect to.
        most: Max open connections per event loop; further requests wait. None is no limit.
    """

    def __init__(self, address: Address, most: int | None = None) -> None:
        self.address = address
        self._most = most
        self._closed = False
        self._homes: dict[int, ref[_Home]] = {}  # by the loop's id

    async def acquire(self, fresh: bool, deadlines: CallDeadlines) -> Connection:
        """Return an idle connection or a new one; always a new one if `fresh`."""
        home = self._home(running_loop()) or await self._settle()
        if home.slots is not None:
            await _within(deadlines.queueing(monotonic()), home.slots)
        try:
            connection = None if fresh else home.idle.pop(monotonic())
            if connection is None:
                connection = await self._open(home, fresh, deadlines)
        except BaseException:
            if home.slots is not None:
                home.slots.release()
            raise
        home.busy.add(connection)
        return connection

    async def _open(self, home: _Home, fresh: bool, deadlines: CallDeadlines) -> Connection:
        """Open a connection; if no file descriptor is left, wait for one or reuse a connection."""
        connection = None
        while connection is None:
            try:
                return await home.open(deadlines)
            except IoError as error:
                if not is_out_of_descriptors(error):
                    raise
                await home.of_loop.make_room(error, deadlines.queueing(monotonic()))
            connection = None if fresh else home.idle.pop(monotonic())
        return connection

    def release(self, connection: Connection) -> None:
        """Take back a connection; keep it if it can be reused, else close it."""
        home = self._home(asyncio.get_running_loop())
        if connection.tidy and home is not None and not self._closed:
            connection.rest()
            home.idle.push(connection, monotonic())
        else:
            connection.close()
        if home is not None:
            home.take_back(connection)

    def discard(self, connection: Connection) -> None:
        """Take back a connection after an error, and close it."""
        connection.close()
        home = self._home(asyncio.get_running_loop())
        if home is not None:
            home.take_back(connection)

    def __del__(self) -> None:
        self.abandon_idle()

    def abandon(self, connection: Connection) -> None:
        """Discard a connection from any thread, as the finalizer of a stream must."""
        _soon(connection.loop, partial(self.discard, connection))

    async def close(self) -> None:
        """Close the idle connections of every loop now, and the others when their streams end."""
        self._closed = True
        self.abandon_idle()
        running_loop()
        await _until_closed()

    def abandon_idle(self) -> None:
        """Close the idle connections of every loop, from any thread."""
        for home in self._living():
            _soon(home.loop, home.leave)

    def _home(self, loop: asyncio.AbstractEventLoop) -> _Home | None:
        found = self._homes.get(id(loop))
        home = None if found is None else found()
        # The id of a garbage-collected loop may be reused by a new one.
        return home if home is not None and home.loop is loop else None

    def _living(self) -> list[_Home]:
        homes = [found() for found in list(self._homes.values())]
        return [home for home in homes if home is not None]

    async def _settle(self) -> _Home:
        """Create and return the home of the running loop; remove the homes of dead loops."""
        for key, found in list(self._homes.items()):
            home = found()
            if home is None or home.loop.is_closed():
                self._homes.pop(key, None)  # another thread may have removed it
        loop = asyncio.get_running_loop()
        home = _Home(loop, self.address, self._most)
        self._homes[id(loop)] = ref(home)
        home.stay()
        await anext(home.closer)
        return home


def _shared_of(loop: asyncio.AbstractEventLoop) -> _Loop:
    shared = _LOOPS.get(id(loop))
    if shared is None or shared.loop is not loop:
        shared = _LOOPS[id(loop)] = _Loop(loop)
    return shared


def _new_buffer() -> memoryview:
    return memoryview(bytearray(_BUFFER_SIZE))


def _soon(loop: asyncio.AbstractEventLoop, act: Callable[[], object]) -> None:
    """Schedule a callback in the loop from any thread; do nothing if the loop is closed."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(act)


async def _until_closed() -> None:
    """Let the loop run until closed connections have released their file descriptors."""
    # first the scheduled callbacks run, then the transports close their sockets
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def _within(wait: Deadline, slots: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(None if wait.until == inf else wait.until - monotonic()):
            await slots.acquire()
    except TimeoutError:
        problem = f"all connections that max_connections allows are in use: {wait}"
        raise _not_sent(IoTimeout(problem, wait.clock, wait.seconds)) from None


def _not_sent(error: IoTimeout) -> IoTimeout:
    error.may_have_arrived = False
    return error


async def _close_with_loop(idle: IdleConnections[Connection]) -> AsyncGenerator[None, None]:
    """Close the idle connections when the loop in which this generator was started shuts down.

    `asyncio.run` closes all asynchronous generators before it closes the loop. A loop has no other
    hook, and without one users would have to close the client in every loop that used it.
    """
    try:
        yield
    finally:
        idle.clear()
        await asyncio.sleep(0)  # the transports close in the next iteration of the loop
