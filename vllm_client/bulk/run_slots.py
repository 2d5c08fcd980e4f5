"""The slots of a run at its servers: which row is sent next, and when a slot is free again."""

from __future__ import annotations

from math import inf
from typing import Any

from ..errors import BulkError, RequestError, VllmError
from .bulk_item import BulkItem
from .gauges import Gauges
from .row_routes import RowRoutes, SeveralServers
from .row_window import RowWindow
from .run_options import RunOptions
from .run_row import Failed, Queued, Row, Step
from .run_stats import RunMeter
from .server_lane import ServerLane

Item = BulkItem[Any, Any]


class RunSlots:
    """The servers of a run, and the rows that have a slot there.

    Args:
        options: of the run.
        routes: the servers, and the rows that wait for them.
        total: rows of the input, if known.
        now: the time.

    Attributes:
        is_shared: whether several servers share the rows.
    """

    def __init__(
        self, options: RunOptions, routes: RowRoutes, total: int | None, now: float
    ) -> None:
        self.options = options
        self.routes = routes
        self.window: RowWindow[tuple[Item, int]] = RowWindow(options.ordered)
        self.meter = RunMeter(now)
        self.in_flight = 0
        self.limit = 0
        self.stopping = self.has_ended = self.has_dropped_rows = False
        self.is_shared = isinstance(routes, SeveralServers)
        self.total = total
        self._admitted = 0
        self._last_sent = -1
        self.update_limit()

    def update_limit(self) -> None:
        """Update the limit after the servers, or the limit of one, have changed."""
        self.limit = sum(lane.controller.limit for lane in self.routes.lanes)
        for lane in self.routes.lanes:
            lane.update_load()

    @property
    def is_full(self) -> bool:
        """Whether finished rows must be taken, or the oldest be finished, before new ones start."""
        return self.window.is_full(self.limit, self.in_flight)

    @property
    def may_read(self) -> bool:
        """Whether a new row may be read and sent."""
        if self.stopping or self.routes.room <= 0 or self.is_full:
            return False
        return not self.is_shared or any(lane.load < inf for lane in self.routes.lanes)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight, or will be without a new row."""
        gone = self.stopping and not any(lane.gate.is_open for lane in self.routes.lanes)
        return self.in_flight == 0 and (gone or not self.routes.waiting)

    def admit(self, value: Any) -> Row:
        """Number a new row of the input."""
        row = Row(self._admitted, value)
        self._admitted += 1
        return row

    def next_row(self) -> Row | None:
        """A new row that may be sent now, with its server; None if there is none."""
        routes = self.routes
        if not self.is_shared:
            return routes.next_row()
        if not routes.waiting:
            return None
        if not self.options.ordered:
            return None if self.is_full else routes.next_row()
        # Rows that others have passed must not hold up the order: from half a window on the oldest
        # comes first, and with a full one only the row that all others wait for.
        if self.is_full:
            return routes.next_row(number=self.window.next_index)
        return routes.next_row(oldest=self.window.is_full(self.limit / 2, self.in_flight))

    def stop(self) -> None:
        """Send no new rows. In an ordered run, rows older than one that was sent are still sent."""
        self.stopping = True
        after = self._last_sent if self.options.ordered else -1
        self.has_dropped_rows |= self.routes.drop(after) > 0

    def occupied(self, row: Row, now: float) -> None:
        """A row has taken a slot."""
        self.in_flight += 1
        self._last_sent = max(self._last_sent, row.index)
        row.lane.controller.sent(now)
        row.lane.update_load()

    def stays(self, row: Row) -> bool:
        """Whether a row that has a slot is sent, or sent again, to the server that has it."""
        lane = row.lane
        return lane.gate.is_open and not lane.is_gone and lane.name not in row.wanted.avoid

    def sent(self, row: Row, now: float) -> None:
        """The request of a row goes out."""
        row.began = row.began or now
        row.sent_at = now
        self.meter.retries += row.attempts > 0
        row.attempts += 1

    def dropped(self, row: Row, now: float) -> RequestError | None:
        """A row gives its slot back, as its server is away or another one is to have it.

        Returns the error of a row that no server may have any more.
        """
        step = self._queued(row, now)
        return step.error if isinstance(step, Failed) else None  # type: ignore[return-value]

    def given_up(self, lane: ServerLane, now: float) -> None:
        """Free the slot of a row that is not waited for any longer."""
        self.in_flight -= 1
        lane.controller.abandoned(now)
        lane.update_load()

    def server_answered(self, lane: ServerLane, now: float) -> None:
        """A health check found the server back."""
        lane.is_doubtful = False
        if not lane.gate.is_open:
            lane.gate.reopen()
            lane.controller.server_back(now)
            self.update_limit()

    def server_away(self, lane: ServerLane, cause: VllmError, now: float) -> None:
        """A health check found that the server cannot be used."""
        lane.gate.close(now, cause)
        lane.update_load()

    def out_of_patience(self, lane: ServerLane, now: float) -> BulkError | None:
        """The error that ends the run, if a server has been away for too long.

        As long as other servers answer rows, it may stay away.
        """
        return lane.gate.error_at(now, self.meter.last_success)

    def polled(self, lane: ServerLane, gauges: Gauges | None, now: float) -> None:
        """The gauges of a server were read; None if they could not be."""
        lane.gauges = gauges
        lane.controller.polled(now, gauges, output_blocked=self.is_full)
        self.update_limit()

    def _queued(self, row: Row, now: float) -> Step:
        self._release(row.lane, now)
        try:
            self.routes.put_back(row)
        except RequestError as error:
            return Failed(error)
        return Queued()

    def _release(self, lane: ServerLane, now: float) -> None:
        self.in_flight -= 1
        lane.controller.connection_lost(now)
        lane.update_load()
