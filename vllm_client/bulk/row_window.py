"""A bounded buffer of finished rows that the caller has not taken yet, optionally in order."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")

# Max finished rows in the buffer, as a multiple of the limit on requests in flight.
MAX_HELD_PER_SLOT = 4
# Max bytes of the answers in the buffer.
MAX_HELD_BYTES = 256 * 1024 * 1024
# After the buffer was full, sending continues when it is filled to this share, so that one wake-up
# sends many rows.
RESUME_SHARE = 0.75


class RowWindow(Generic[T]):
    """A buffer of rows from when they finish until the caller takes them.

    Two threads may use it. The thread that takes the answers calls only `taken`; all other methods
    belong to the thread that runs the requests. Each counter is written by only one of them.
    """

    def __init__(self, ordered: bool) -> None:
        self._ordered = ordered
        self._parked: dict[int, T] = {}
        self._finished_rows = self._finished_bytes = 0
        self._taken_rows = self._taken_bytes = 0
        self.next_index = 0

    @property
    def held_rows(self) -> int:
        """The number of rows that are finished and not taken."""
        return self._finished_rows - self._taken_rows

    @property
    def held_bytes(self) -> int:
        """The size of the answers of finished rows that are not taken, in bytes."""
        return self._finished_bytes - self._taken_bytes

    @property
    def is_parking(self) -> bool:
        """Whether finished rows wait for an older row."""
        return bool(self._parked)

    def finished(self, index: int, row: T, size: int) -> list[T]:
        """Add a finished row; return the rows that can now be handed to the caller.

        Args:
            index: The index of the row, from 0 without gaps.
            row: The value to hand to the caller.
            size: The size of the answer in bytes.
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
        """Return all rows that wait for an older row which will never finish, in order."""
        rows = [self._parked[index] for index in sorted(self._parked)]
        self._parked.clear()
        return rows

    def taken(self, size: int) -> None:
        """Record that the caller took a row whose answer has `size` bytes."""
        self._taken_rows += 1
        self._taken_bytes += size

    def is_full(self, limit: float, in_flight: int) -> bool:
        """Return whether no further row may be sent, because the buffer could overflow.

        Args:
            limit: The max number of requests in flight.
            in_flight: The number of requests in flight.
        """
        rows = self.held_rows + in_flight
        return rows >= MAX_HELD_PER_SLOT * limit or self.held_bytes >= MAX_HELD_BYTES

    def has_room_again(self, limit: int) -> bool:
        """Return whether a run that found the buffer full should continue."""
        return (
            self.held_rows <= RESUME_SHARE * MAX_HELD_PER_SLOT * limit
            and self.held_bytes <= RESUME_SHARE * MAX_HELD_BYTES
        )
