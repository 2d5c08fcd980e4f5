"""The connections of a family of clients, by event loop. The sync package has its own file."""

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
# One buffer serves all connections of a loop, since each read is taken in before the next begins.
# Not so on Windows, whose loop has many reads under way at once.
_BUFFER_IS_SHARED = sys.platform != "win32"
_NEVER_SECONDS = 10_000_000.0


class _Loop:
    """What all pools of one event loop share: the process's file descriptors."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.homes: WeakSet[_Home] = WeakSet()
        self.freed = Line()

    async def make_room(self, error: IoError, wait: Deadline) -> None:
        """Return when a descriptor may have come free, or an idle connection may be there.

        Raises IoError where no connection of ours can free one, IoTimeout for one not in time.
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


# One for each loop with a home, found by the loop's id.
_LOOPS: WeakValueDictionary[int, _Loop] = WeakValueDictionary()


class _Home:
    """What belongs to one event loop.

    The loop holds it (`stay`), and a pool holds no more than a weak reference: a loop that is
    dropped without being closed is collected with all its connections.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, address: Address, most: int | None) -> None:
        self.loop = loop
        self.idle: IdleConnections[Connection] = IdleConnections()
        self.busy: set[object] = set()  # connections that are lent, and those being made
        self.connector = Connector(address)
        self.buffer = _new_buffer()
        self.slots = asyncio.Semaphore(most) if most is not None else None
        self.closer = _close_with_loop(self.idle)
        self.of_loop = _shared_of(loop)
        self.freed = self.of_loop.freed
        self.of_loop.homes.add(self)
        self._anchor: asyncio.TimerHandle | None = None

    def stay(self) -> None:
        """Have the loop hold this, by a timer that is never due."""
        self._anchor = self.loop.call_later(_NEVER_SECONDS, self.stay)

    def leave(self) -> None:
        """Close the idle connections; the pool is closed, or gone."""
        self.idle.clear()
        self.freed.wake_all()
        if self._anchor is not None:
            self._anchor.cancel()

    async def open(self, deadlines: CallDeadlines) -> Connection:
        """A new connection. Raises IoError, IoTimeout, RequestError."""
        buffer = self.buffer if _BUFFER_IS_SHARED else _new_buffer()
        opening = object()
        self.busy.add(opening)
        try:
            wait = deadlines.connecting(monotonic())
            return await Connection.open(self.connector, buffer, wait)
        except BaseException as error:
            if not is_out_of_descriptors(error):
                self.freed.wake()  # its descriptor is free again
            raise
        finally:
            self.busy.discard(opening)

    def take_back(self, connection: Connection) -> None:
        """A connection is lent no more: it is idle, or closed."""
        self.busy.discard(connection)
        if self.freed.waiters:
            self.freed.wake()
        if self.slots is not None:
            self.slots.release()


class Pool:
    """Lends connections and takes them back. Works across several event loops, one after another.

    most: connections at once; a further request waits. None is no limit.
    """

    def __init__(self, address: Address, most: int | None = None) -> None:
        self.address = address
        self._most = most
        self._closed = False
        self._homes: dict[int, ref[_Home]] = {}  # by the loop's id

    async def acquire(self, fresh: bool, deadlines: CallDeadlines) -> Connection:
        """An idle connection, or a new one; always a new one if `fresh`."""
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
        """A new connection; where no file descriptor is left, one that has come free."""
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
        """Take back a connection; it is kept if another request can follow on it."""
        home = self._home(asyncio.get_running_loop())
        if connection.tidy and home is not None and not self._closed:
            connection.rest()
            home.idle.push(connection, monotonic())
        else:
            connection.close()
        if home is not None:
            home.take_back(connection)

    def discard(self, connection: Connection) -> None:
        """Take back a connection on which something went wrong."""
        connection.close()
        home = self._home(asyncio.get_running_loop())
        if home is not None:
            home.take_back(connection)

    def __del__(self) -> None:
        self.abandon_idle()

    def abandon(self, connection: Connection) -> None:
        """Discard a connection from whatever thread, as a collected stream has to."""
        _soon(connection.loop, partial(self.discard, connection))

    async def close(self) -> None:
        """Close the idle connections of every loop, and others when their streams end."""
        self._closed = True
        self.abandon_idle()
        running_loop()
        await _until_closed()

    def abandon_idle(self) -> None:
        """Close the idle connections of every loop, from whatever thread."""
        for home in self._living():
            _soon(home.loop, home.leave)

    def _home(self, loop: asyncio.AbstractEventLoop) -> _Home | None:
        found = self._homes.get(id(loop))
        home = None if found is None else found()
        # an id is used again once a loop is gone
        return home if home is not None and home.loop is loop else None

    def _living(self) -> list[_Home]:
        homes = [found() for found in list(self._homes.values())]
        return [home for home in homes if home is not None]

    async def _settle(self) -> _Home:
        """A home in the running loop; those of loops that are gone are forgotten."""
        for key, found in list(self._homes.items()):
            home = found()
            if home is None or home.loop.is_closed():
                self._homes.pop(key, None)  # unless another thread was faster
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
    """Have it done in the loop, from whatever thread; a loop that is closed needs nothing done."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(act)


async def _until_closed() -> None:
    """Let the loop run until what was closed has given its descriptor back."""
    await asyncio.sleep(0)  # until callbacks have run…
    await asyncio.sleep(0)  # …and the transports have closed their sockets


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
    """Begun in a loop, this closes the idle connections when the loop shuts down.

    asyncio.run closes all asynchronous generators before it closes the loop: the one hook that a
    loop offers, so that nobody has to close the client in every loop that used it.
    """
    try:
        yield
    finally:
        idle.clear()
        await asyncio.sleep(0)  # the transports close in the next round
