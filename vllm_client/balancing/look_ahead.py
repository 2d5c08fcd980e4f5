"""Rows of a bulk run that wait for a free slot, lined up by the server they prefer.

The free slot chooses the row. The other way round, choosing a server for each row, finds only the
one server that has a slot free.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

# Rows that are lined up. In the simulation of eight servers (benchmarks/balancing.py) more of them
# bring little.
MAX_ROWS = 512


class LookAhead(Generic[T]):
    """Lines of rows, one for each preferred server."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[T]] = {}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def is_full(self) -> bool:
        """Whether no further row is to be read."""
        return self._length >= MAX_ROWS

    def add(self, row: T, preferred: str) -> None:
        """Line up a row."""
        self._lines.setdefault(preferred, deque()).append(row)
        self._length += 1

    def take(self, server: str) -> T | None:
        """The row for a free slot: one that prefers its server, else from the longest line."""
        line = self._lines.get(server) or max(self._lines.values(), key=len, default=None)
        if not line:
            return None
        self._length -= 1
        return line.popleft()
