"""Finished rows that the caller has not taken yet: in order, and bounded."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")

# Finished rows held for each request that may be in flight, and the bytes of their answers.
MAX_HELD_PER_SLOT = 4
MAX_HELD_BYTES = 256 * 1024 * 1024
# Held rows, as a share of the bound, at which a run goes on that waited for room. One wake-up then
# serves many rows.
RESUME_SHARE = 0.75


class RowWindow(Generic[T]):
    """Finished rows from their end until the caller takes them.

    Two threads may use it: the one that runs the requests, and the one that takes the answers,
    which calls `taken` alone. Each counter is written by one of them only.
    """

    def __init__(self, ordered: bool) -> None:
        self._ordered = ordered
        self._parked: dict[int, T] = {}
        self._finished_rows = self._finished_bytes = 0
        self._taken_rows = self._taken_bytes = 0
        self.next_index = 0

    @property
    def held_rows(self) -> int:
        """Rows that are finished and not taken."""
        return self._finished_rows - self._taken_rows

    @property
    def held_bytes(self) -> int:
        """The bytes of their answers."""
        return self._finished_bytes - self._taken_bytes

    @property
    def is_parking(self) -> bool:
        """Whether finished rows wait for an older one."""
        return bool(self._parked)

    def finished(self, index: int, row: T, size: int) -> list[T]:
        """A row is finished; the rows that can be handed out now, in order if that was asked for.

        Args:
            index: of the row, from 0 without gaps.
            row: what is handed out.
            size: the bytes of its answer.
        """
        self._finished_rows += 1
        self._finished_bytes += size
        if not self._ordered:
            return [row]
        if index != self.next_index:
            self._parked[index] = row
            return []
        handed = [row]
        self.next_index += 1
        while self._parked and self.next_index in self._parked:
            handed.append(self._parked.pop(self.next_index))
            self.next_index += 1
        return handed

    def flush(self) -> list[T]:
        """All rows that wait for an older one, which will never be finished; in order."""
        rows = [self._parked[index] for index in sorted(self._parked)]
        self._parked.clear()
        return rows

    def taken(self, size: int) -> None:
        """The caller has taken a row whose answer has so many bytes."""
        self._taken_rows += 1
        self._taken_bytes += size

    def is_full(self, limit: float, in_flight: int) -> bool:
        """Whether no further row may be sent, lest more would be held than is allowed.

        Args:
            limit: how many requests may be in flight.
            in_flight: how many are.
        """
        rows = self.held_rows + in_flight
        return rows >= MAX_HELD_PER_SLOT * limit or self.held_bytes >= MAX_HELD_BYTES

    def has_room_again(self, limit: int) -> bool:
        """Whether a run that found it full should go on."""
        return (
            self.held_rows <= RESUME_SHARE * MAX_HELD_PER_SLOT * limit
            and self.held_bytes <= RESUME_SHARE * MAX_HELD_BYTES
        )
