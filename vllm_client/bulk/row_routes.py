"""Choose the row to send next and its server, for runs at one server and at several."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from math import inf
from operator import attrgetter
from typing import Protocol

from ..balancing.look_ahead import MAX_ROWS, LookAhead
from ..balancing.places import place_of
from ..balancing.servers import ServerSet
from ..errors import RequestError
from .run_row import Row
from .server_lane import ServerLane

_load_of = attrgetter("load")


class RowRoutes(Protocol):
    """Rows that wait to be sent.

    Attributes:
        lanes: The servers of the run.
        reads_ahead: Whether rows are read from the input before a slot is free.
    """

    lanes: list[ServerLane]
    reads_ahead: bool

    @property
    def waiting(self) -> int:
        """The number of waiting rows: new rows and rows to send again."""
        ...

    @property
    def room(self) -> int:
        """The number of further rows that may be read from the input."""
        ...

    def add(self, row: Row) -> None:
        """Queue a new row. Raise RequestError if no server may get it."""
        ...

    def put_back(self, row: Row) -> None:
        """Queue a row to be sent again. Raise RequestError if no server may get it."""
        ...

    def next_again(self) -> Row | None:
        """Take a row to send again and set its server; None without a row or a free slot."""
        ...

    def next_row(self, *, oldest: bool = False, number: int | None = None) -> Row | None:
        """Take a new row and set its server; None without a row or a free slot.

        Args:
            oldest: Take the oldest row that may go to a free slot, whichever server it prefers.
            number: Take only the row with this number; None for any row.
        """
        ...

    def drop(self, after: int) -> int:
        """Drop the new rows whose numbers are above `after`; return how many were dropped."""
        ...

    def has_another(self, row: Row) -> bool:
        """Return whether an available server may get a row that has not yet failed there."""
        ...

    def place_again(self) -> list[tuple[Row, RequestError]]:
        """Queue all rows again after servers have changed; return those that no server may get."""
        ...


class OneServer:
    """The rows of a run at one server."""

    reads_ahead = False

    def __init__(self, lane: ServerLane) -> None:
        self.lanes = [lane]
        self._lane = lane
        self._new: deque[Row] = deque()
        self._again: deque[Row] = deque()

    @property
    def waiting(self) -> int:
        return len(self._new) + len(self._again)

    @property
    def room(self) -> int:
        return self._lane.free_slots

    def add(self, row: Row) -> None:
        row.lane = self._lane
        self._new.append(row)

    def put_back(self, row: Row) -> None:
        self._again.append(row)

    def next_again(self) -> Row | None:
        return self._again.popleft() if self._again and self._lane.load < inf else None

    def next_row(self, *, oldest: bool = False, number: int | None = None) -> Row | None:
        return self._new.popleft() if self._new and self._lane.load < inf else None

    def drop(self, after: int) -> int:
        dropped = len(self._new)
        self._new.clear()
        return dropped

    def has_another(self, row: Row) -> bool:
        return False

    def place_again(self) -> list[tuple[Row, RequestError]]:
        return []


class SeveralServers:
    """The rows of a run at several servers.

    A free slot takes a queued row that prefers its server, if there is one. If several servers have
    free slots, the server with the lowest load relative to its limit comes first; with
    "round_robin", the least recently chosen server.

    Args:
        servers: The servers of the client, with their known models and prefixes.
    """

    def __init__(self, servers: ServerSet) -> None:
        self.lanes: list[ServerLane] = []
        self.reads_ahead = servers.policy == "prefix"
        self._servers = servers
        self._new: LookAhead[Row] = LookAhead()
        self._again: LookAhead[Row] = LookAhead()
        self._turns: dict[str, int] = {}
        self._turn = 0
        self._order = self._turn_of if servers.policy == "round_robin" else _load_of

    @property
    def waiting(self) -> int:
        return len(self._new) + len(self._again)

    @property
    def room(self) -> int:
        return MAX_ROWS - len(self._new)

    def add(self, row: Row) -> None:
        self._line_up(row, self._new)

    def put_back(self, row: Row) -> None:
        self._line_up(row, self._again)

    def _line_up(self, row: Row, lines: LookAhead[Row]) -> None:
        place = place_of(row.wanted, self._servers, self._is_crowded)
        lines.add(row, row.index, place)
        if place.preferred is not None:
            self._remember(row, place.preferred)

    def _is_crowded(self, server: str) -> bool:
        return self._new.is_crowded(server, max(1, len(self.lanes)))

    def next_again(self) -> Row | None:
        if not len(self._again):
            return None
        return self._taken(self._again, oldest=True)

    def next_row(self, *, oldest: bool = False, number: int | None = None) -> Row | None:
        return self._taken(self._new, oldest=oldest, number=number)

    def drop(self, after: int) -> int:
        return len(self._new.clear(after))

    def has_another(self, row: Row) -> bool:
        try:
            place = place_of(row.wanted, self._servers)
        except RequestError:
            return False
        return row.wanted.server is None and any(
            lane.gate.is_open and lane.name not in row.wanted.avoid and place.allows(lane.name)
            for lane in self.lanes
        )

    def place_again(self) -> list[tuple[Row, RequestError]]:
        failed = []
        for lines, add in ((self._new, self.add), (self._again, self.put_back)):
            for _, row in lines.clear():
                try:
                    add(row)
                except RequestError as error:
                    failed.append((row, error))
        return failed

    def _taken(
        self, lines: LookAhead[Row], *, oldest: bool, number: int | None = None
    ) -> Row | None:
        if not len(lines):
            return None
        for lane in self._with_room():
            take_oldest = oldest or number is not None
            row = lines.take_oldest(lane.name, number) if take_oldest else lines.take(lane.name)
            if row is not None:
                self._sent(row, lane)
                return row
        return None

    def _with_room(self) -> Iterator[ServerLane]:
        """Yield the servers with a free slot, in order of preference.

        The first server usually has a row to send, so the others are sorted only if it has none.
        """
        if self._order is not _load_of:
            yield from sorted((lane for lane in self.lanes if lane.load < inf), key=self._order)
            return
        best = min(self.lanes, key=_load_of, default=None)
        if best is not None and best.load < inf:
            yield best
            others = (lane for lane in self.lanes if lane is not best and lane.load < inf)
            yield from sorted(others, key=_load_of)

    def _turn_of(self, lane: ServerLane) -> int:
        return self._turns.get(lane.name, 0)

    def _sent(self, row: Row, lane: ServerLane) -> None:
        row.lane = lane
        if lane.name in row.wanted.avoid:  # all other servers became unavailable meanwhile
            row.wanted = row.wanted.anew()
        self._turn += 1
        self._turns[lane.name] = self._turn
        self._remember(row, lane.name)

    def _remember(self, row: Row, server: str) -> None:
        if self.reads_ahead and row.wanted.keys:
            self._servers.remember(row.wanted.keys, server)
