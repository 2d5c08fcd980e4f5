"""Rows of a bulk run that wait for a free slot, lined up by the servers that may have them.

The free slot chooses the row. The other way round, choosing a server for each row, finds only the
one server that has a slot free.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

import attrs

T = TypeVar("T")

# Rows that are lined up. In the simulation of eight servers (benchmarks/balancing.py) more of them
# bring little.
MAX_ROWS = 512
# A server is crowded if so many times its share of the rows, and so many more, prefer it.
CROWDED_FACTOR = 1.25
CROWDED_MARGIN = 8


@attrs.frozen
class Place:
    """The servers that may have a row.

    Attributes:
        preferred: The one that is likely to have the beginning of its prompt in its prefix cache,
            or that its session or the caller names; None if all are equal.
        allowed: The names of those that may have it; None for all of them.
    """

    preferred: str | None = None
    allowed: frozenset[str] | None = None

    def allows(self, server: str) -> bool:
        """Whether this server may have the row."""
        return self.allowed is None or server in self.allowed


ANYWHERE = Place()

# A row and its number in the input.
_Numbered = tuple[int, T]


class LookAhead(Generic[T]):
    """Lines of rows, one for each place. Numbers are those of rows in the input."""

    def __init__(self) -> None:
        self._lines: dict[Place, deque[_Numbered[T]]] = {}
        self._length = 0
        self._preferring: Counter[str | None] = Counter()

    def __len__(self) -> int:
        return self._length

    @property
    def is_full(self) -> bool:
        """Whether no further row is to be read."""
        return self._length >= MAX_ROWS

    def is_crowded(self, server: str, servers: int) -> bool:
        """Whether many more rows prefer this server than one of so many servers should have."""
        fair = self._length / servers
        return self._preferring[server] > CROWDED_FACTOR * fair + CROWDED_MARGIN

    def add(self, row: T, number: int, place: Place = ANYWHERE) -> None:
        """Line up a row."""
        line = self._lines.get(place)
        if line is None:
            line = self._lines[place] = deque()
        line.append((number, row))
        self._length += 1
        self._preferring[place.preferred] += 1

    def take(self, server: str) -> T | None:
        """The row for a free slot: the oldest that prefers its server, else one of the longest line
        that may go there."""
        lines = list(self._lines_for(server))
        own = [place for place in lines if place.preferred == server]
        if own:
            return self._pop(min(own, key=self._first_number))
        longest = max(lines, key=lambda place: len(self._lines[place]), default=None)
        return None if longest is None else self._pop(longest)

    def take_oldest(self, server: str, number: int | None = None) -> T | None:
        """The oldest row that may go to this server, whichever it prefers.

        Args:
            server: The name of the server.
            number: If given, only the row of this number.
        """
        oldest = min(self._lines_for(server), key=self._first_number, default=None)
        if oldest is None or (number is not None and self._first_number(oldest) != number):
            return None
        return self._pop(oldest)

    def clear(self, after: int = -1) -> list[tuple[int, T]]:
        """Remove the rows with a number above this one; they are returned in their order."""
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
