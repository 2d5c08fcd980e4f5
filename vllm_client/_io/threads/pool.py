"""The connection pool that related clients share, with separate connections per process.

Clients made from one another, by `with_…` methods, share one pool. `asyncio_/pool.py` is the async
counterpart.
"""

from __future__ import annotations

import os
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic
from weakref import WeakSet

from ...errors import IoError, IoTimeout
from ...http.address import Address
from ...http.idle_connections import IdleConnections
from ...http.timeouts import CallDeadlines, Deadline
from ..connect_errors import is_out_of_descriptors, no_descriptor_left
from .connecting import Connector
from .connection import Connection
from .waiting import Line


class _Process:
    """State shared by all pools of one process, used when file descriptors run out."""

    def __init__(self) -> None:
        self.homes: WeakSet[_Home] = WeakSet()
        self.freed = Line()

    def make_room(self, error: IoError, wait: Deadline) -> None:
        """Wait until a file descriptor may be free, or a connection may be idle.

        Raises:
            IoError: No connection of this client can free a descriptor; `IoTimeout` if none was
                freed in time.
        """
        if any(home.idle.drop_oldest() for home in self._homes()):
            return
        if not self._is_due():
            raise no_descriptor_left(error) from error.__cause__
        if not self.freed.wait(wait.until, self._is_due):
            problem = f"{error.message}, and all connections are in use: {wait}"
            raise _not_sent(IoTimeout(problem, wait.clock, wait.seconds)) from error.__cause__

    def _is_due(self) -> bool:
        homes = self._homes()
        return any(home.busy for home in homes) and not any(len(home.idle) for home in homes)

    def _homes(self) -> list[_Home]:
        while True:
            try:
                return list(self.homes)
            except RuntimeError:  # another thread changed the set during iteration
                continue


_PROCESSES: dict[int, _Process] = {}


class _Home:
    """The part of a pool that belongs to one process: a forked child opens its own connections."""

    def __init__(self, address: Address, most: int | None) -> None:
        self.idle: IdleConnections[Connection] = IdleConnections()
        self.busy: set[object] = set()  # connections in use, and those being opened
        self.connector = Connector(address)
        self.slots = _slots(most) if most is not None else None
        self.of_process = _shared_of(os.getpid())
        self.freed = self.of_process.freed
        self.of_process.homes.add(self)

    def open(self, deadlines: CallDeadlines) -> Connection:
        """Return a new connection. Raises IoError, IoTimeout, RequestError."""
        opening = object()
        self.busy.add(opening)
        try:
            return Connection.open(self.connector, deadlines.connecting(monotonic()))
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
            self.slots.put(None)


class Pool:
    """A connection pool. Threads may share it.

    Args:
        address: The server to connect to.
        most: Max open connections; further requests wait. None is no limit.
    """

    def __init__(self, address: Address, most: int | None = None) -> None:
        self.address = address
        self._most = most
        self._closed = False
        self._homes = {os.getpid(): _Home(address, most)}

    def acquire(self, fresh: bool, deadlines: CallDeadlines) -> Connection:
        """Return an idle connection or a new one; always a new one if `fresh`."""
        home = self._homes.get(os.getpid()) or self._settle()
        if home.slots is not None:
            _within(deadlines.queueing(monotonic()), home.slots)
        try:
            connection = None if fresh else home.idle.pop(monotonic())
            if connection is None:
                connection = self._open(home, fresh, deadlines)
        except BaseException:
            if home.slots is not None:
                home.slots.put(None)
            raise
        home.busy.add(connection)
        return connection

    def _open(self, home: _Home, fresh: bool, deadlines: CallDeadlines) -> Connection:
        """Open a connection; if no file descriptor is left, wait for one or reuse a connection."""
        connection = None
        while connection is None:
            try:
                return home.open(deadlines)
            except IoError as error:
                if not is_out_of_descriptors(error):
                    raise
                home.of_process.make_room(error, deadlines.queueing(monotonic()))
            connection = None if fresh else home.idle.pop(monotonic())
        return connection

    def release(self, connection: Connection) -> None:
        """Take back a connection; keep it if it can be reused, else close it."""
        home = self._homes.get(os.getpid())
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
        home = self._homes.get(os.getpid())
        if home is not None:
            home.take_back(connection)

    def __del__(self) -> None:
        self.abandon_idle()

    def abandon(self, connection: Connection) -> None:
        """Discard the connection of a garbage-collected stream."""
        self.discard(connection)

    def close(self) -> None:
        """Close the idle connections now, and the others when their streams end."""
        self._closed = True
        self.abandon_idle()

    def abandon_idle(self) -> None:
        """Close the idle connections of a garbage-collected client."""
        for home in list(self._homes.values()):
            home.idle.clear()

    def _settle(self) -> _Home:
        """Create and return the home of a forked child, without the parent's connections."""
        for home in self._homes.values():
            home.idle.clear()
        home = _Home(self.address, self._most)
        self._homes = {os.getpid(): home}
        return home


def _shared_of(process: int) -> _Process:
    """Return the state shared by the pools of this process; drop that of a parent process."""
    for other in _PROCESSES.keys() - {process}:
        _PROCESSES.pop(other, None)
    return _PROCESSES.setdefault(process, _Process())


def _slots(most: int) -> SimpleQueue[None]:
    """Return a queue with `most` items, used as a semaphore that finalizers may release.

    The finalizer of a stream may run in a thread that is just acquiring or releasing a slot. A
    threading.Semaphore would then deadlock; a SimpleQueue is reentrant.
    """
    slots: SimpleQueue[None] = SimpleQueue()
    for _ in range(most):
        slots.put(None)
    return slots


def _within(wait: Deadline, slots: SimpleQueue[None]) -> None:
    timeout = None if wait.until == inf else max(0.0, wait.until - monotonic())
    try:
        slots.get(timeout=timeout)
    except Empty:
        problem = f"all connections that max_connections allows are in use: {wait}"
        raise _not_sent(IoTimeout(problem, wait.clock, wait.seconds)) from None


def _not_sent(error: IoTimeout) -> IoTimeout:
    error.may_have_arrived = False
    return error
