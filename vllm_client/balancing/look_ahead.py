"""Queues of bulk rows that wait for a free slot, one queue for each set of allowed servers.

A server with a free slot chooses a row. If rows chose servers instead, there would be no choice: in
a busy run usually a single server has a free slot, the one that has just finished a row.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

import attrs

T = TypeVar("T")

# Max queued rows. In the simulation of eight servers (benchmarks/balancing.py) a larger number
# improves little.
MAX_ROWS = 512
# A server is crowded if more rows prefer it than CROWDED_FACTOR times its equal share of the queued
# rows, plus CROWDED_MARGIN.
CROWDED_FACTOR = 1.25
CROWDED_MARGIN = 8


@attrs.frozen
class Place:
    """The servers that may get a row.

    Attributes:
        preferred: The server that probably has the beginning of the prompt in its prefix cache, or
            that the session or the caller selects; None for no preference.
        allowed: The names of the servers that may get the row; None for all servers.
    """

    preferred: str | None = None
    allowed: frozenset[str] | None = None

    def allows(self, server: str) -> bool:
        """Return whether this server may get the row."""
        return self.allowed is None or server in self.allowed


ANYWHERE = Place()

# A row and its number in the input.
_Numbered = tuple[int, T]


class LookAhead(Generic[T]):
    """Queues of waiting rows, one for each distinct `Place`.

    The number of a row is its position in the input.
    """

    def __init__(self) -> None:
        self._lines: dict[Place, deque[_Numbered[T]]] = {}
        self._length = 0
        self._preferring: Counter[str | None] = Counter()

    def __len__(self) -> int:
        return self._length

    @property
    def is_full(self) -> bool:
        """Whether the queues hold the max number of rows."""
        return self._length >= MAX_ROWS

    def is_crowded(self, server: str, servers: int) -> bool:
        """Return whether far more queued rows prefer this server than its equal share.

        Args:
            server: The name of the server.
            servers: The number of servers.
        """
        fair = self._length / servers
        return self._preferring[server] > CROWDED_FACTOR * fair + CROWDED_MARGIN

    def add(self, row: T, number: int, place: Place = ANYWHERE) -> None:
        """Append a row to the queue of its place."""
        line = self._lines.get(place)
        if line is None:
            line = self._lines[place] = deque()
        line.append((number, row))
        self._length += 1
        self._preferring[place.preferred] += 1

    def take(self, server: str) -> T | None:
        """Remove and return a row for a free slot of a server; None if no row may go there.

        This is the oldest row that prefers the server; without one, the first row of the longest
        queue that allows it.
        """
        lines = list(self._lines_for(server))
        own = [place for place in lines if place.preferred == server]
        if own:
            return self._pop(min(own, key=self._first_number))
        longest = max(lines, key=lambda place: len(self._lines[place]), default=None)
        return None if longest is None else self._pop(longest)

    def take_oldest(self, server: str, number: int | None = None) -> T | None:
        """Remove and return the oldest row that may go to this server, whichever server it prefers.

        Args:
            server: The name of the server.
            number: Return only the row with this number; None for any row.
        """
        oldest = min(self._lines_for(server), key=self._first_number, default=None)
        if oldest is None or (number is not None and self._first_number(oldest) != number):
            return None
        return self._pop(oldest)

    def clear(self, after: int = -1) -> list[tuple[int, T]]:
        """Remove and return the rows whose number is above `after`, in order of their numbers."""
        rows = sorted((each for line in self._lines.values() for each in line), key=_number_of)
        kept = [(place, each) for place, line in self._lines.items() for each in line]
        self._lines, self._length = {}, 0
        self._preferring.clear()
        for place, (number, row) in kept:
            if number <= after:
                self.add(row, number, place)
        return [each for each in rows if each[0] > after]

    def _lines_for(self, server: str) -> Iterator[Place]:
        return (place for place in self._lines if place.allows(server))

    def _first_number(self, place: Place) -> int:
        return self._lines[place][0][0]

    def _pop(self, place: Place) -> T:
        line = self._lines[place]
        _, row = line.popleft()
        if not line:
            del self._lines[place]
        self._length -= 1
        self._preferring[place.preferred] -= 1
        return row


def _number_of(numbered: _Numbered[object]) -> int:
    return numbered[0]
