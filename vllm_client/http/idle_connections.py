"""The idle connections of a pool: choose the next one, and close those that are too old."""

from __future__ import annotations

from collections import deque
from typing import Generic, Protocol, TypeVar

# vLLM closes a connection that was idle for 5 s (VLLM_HTTP_TIMEOUT_KEEP_ALIVE). Closing earlier
# avoids sending a request on a connection that the server is closing.
IDLE_SECONDS = 4.0


class Closable(Protocol):
    """A connection that can be kept while idle."""

    @property
    def closed(self) -> bool:
        """Whether it is known to be closed."""
        ...

    def close(self) -> None:
        """Close it at once; never raises."""
        ...


C = TypeVar("C", bound=Closable)


class IdleConnections(Generic[C]):
    """A LIFO stack of idle connections, so that surplus connections expire. Each call is O(1).

    Several threads may use it without a lock, since the methods of a deque are atomic.
    """

    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: deque[tuple[C, float]] = deque()

    def push(self, connection: C, now: float) -> None:
        """Keep a connection, and close the oldest one if it has expired."""
        self._items.append((connection, now + IDLE_SECONDS))
        try:
            _, until = self._items[0]
            if until <= now:
                self._items.popleft()[0].close()
        except IndexError:
            return  # another thread took it

    def pop(self, now: float) -> C | None:
        """Return the most recently used connection that is open and not expired, if any."""
        while self._items:
            try:
                connection, until = self._items.pop()
            except IndexError:
                return None
            if until > now and not connection.closed:
                return connection
            connection.close()
        return None

    def drop_oldest(self) -> bool:
        """Close the least recently used connection; return whether there was one."""
        try:
            connection, _ = self._items.popleft()
        except IndexError:
            return False
        connection.close()
        return True

    def clear(self) -> None:
        """Close all connections."""
        while self._items:
            try:
                self._items.pop()[0].close()
            except IndexError:
                return

    def __len__(self) -> int:
        return len(self._items)
