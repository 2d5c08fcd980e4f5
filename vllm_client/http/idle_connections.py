"""The idle connections of a pool: which to use next, and which are too old."""

from __future__ import annotations

from collections import deque
from typing import Generic, Protocol, TypeVar

# vLLM closes a connection that was idle for 5 s (VLLM_HTTP_TIMEOUT_KEEP_ALIVE); we do so before.
IDLE_SECONDS = 4.0


class Closable(Protocol):
    """What is kept: a connection that may have died meanwhile."""

    @property
    def closed(self) -> bool:
        """Whether it is known to be dead."""
        ...

    def close(self) -> None:
        """Close it, at once and without an error."""
        ...


C = TypeVar("C", bound=Closable)


class IdleConnections(Generic[C]):
    """Last in, first out, so that what is not needed grows old. Each step costs the same.

    Several threads may use one: a deque's own steps are atomic.
    """

    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: deque[tuple[C, float]] = deque()

    def push(self, connection: C, now: float) -> None:
        """Keep a connection, and give up the oldest if its time is over."""
        self._items.append((connection, now + IDLE_SECONDS))
        try:
            _, until = self._items[0]
            if until <= now:
                self._items.popleft()[0].close()
        except IndexError:
            return  # another thread took it

    def pop(self, now: float) -> C | None:
        """The connection used last, if it is still good."""
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
        """Close the one that was used longest ago; whether there was one."""
        try:
            connection, _ = self._items.popleft()
        except IndexError:
            return False
        connection.close()
        return True

    def clear(self) -> None:
        """Close them all."""
        while self._items:
            try:
                self._items.pop()[0].close()
            except IndexError:
                return

    def __len__(self) -> int:
        return len(self._items)
