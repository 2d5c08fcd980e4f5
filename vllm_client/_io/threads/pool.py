"""The connections of a family of clients, by process. The async package has its own file."""

from __future__ import annotations

import os
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic

from ...errors import IoTimeout
from ...http.address import Address
from ...http.idle_connections import IdleConnections
from ...http.timeouts import CallDeadlines, Deadline
from .connection import Connection


class _Home:
    """What belongs to one process: a forked child must not speak on its parent's connections."""

    def __init__(self, most: int | None) -> None:
        self.idle: IdleConnections[Connection] = IdleConnections()
        self.slots = _slots(most) if most is not None else None


class Pool:
    """Lends connections and takes them back. Threads may share it.

    most: connections at once; a further request waits. None is no limit.
    """

    def __init__(self, address: Address, most: int | None = None) -> None:
        self.address = address
        self._most = most
        self._closed = False
        self._homes = {os.getpid(): _Home(most)}

    def acquire(self, fresh: bool, deadlines: CallDeadlines) -> Connection:
        """An idle connection, or a new one; always a new one if `fresh`."""
        home = self._homes.get(os.getpid()) or self._settle()
        if home.slots is not None:
            _within(deadlines.queueing(monotonic()), home.slots)
        connection = None if fresh else home.idle.pop(monotonic())
        if connection is not None:
            return connection
        try:
            return Connection.open(self.address, deadlines.connecting(monotonic()))
        except BaseException:
            self._free_slot()
            raise

    def release(self, connection: Connection) -> None:
        """Take back a connection; it is kept if another request can follow on it."""
        home = self._homes.get(os.getpid())
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
        """Discard the connection of a collected stream."""
        self.discard(connection)

    def close(self) -> None:
        """Close the idle connections, and others when their streams end."""
        self._closed = True
        self.abandon_idle()

    def abandon_idle(self) -> None:
        """Close the idle connections of a collected client."""
        for home in list(self._homes.values()):
            home.idle.clear()

    def _settle(self) -> _Home:
        """A home in a forked child; the parent's connections are left to the parent."""
        for home in self._homes.values():
            home.idle.clear()
        home = _Home(self._most)
        self._homes = {os.getpid(): home}
        return home

    def _free_slot(self) -> None:
        home = self._homes.get(os.getpid())
        if home is not None and home.slots is not None:
            home.slots.put(None)


def _slots(most: int) -> SimpleQueue[None]:
    """So many slots; a semaphore that a collected stream may release at any moment.

    Collection may come in the very thread that is acquiring or releasing. A threading.Semaphore
    would then wait for itself.
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
        error = IoTimeout(problem, wait.clock, wait.seconds)
        error.may_have_arrived = False
        raise error from None
