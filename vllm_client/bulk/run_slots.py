"""The slots of a run at its servers: a row takes a slot, and releases it when it is finished."""

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
    """The servers of a run, and the rows that occupy a slot there.

    Args:
        options: The options of the run.
        routes: The servers, and the rows that wait to be sent.
        total: The number of rows of the input; None if unknown.
        now: The time.

    Attributes:
        is_shared: Whether the rows are distributed over several servers.
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
        """Update the total limit after a change of the servers or of a server's limit."""
        self.limit = sum(lane.controller.limit for lane in self.routes.lanes)
        for lane in self.routes.lanes:
            lane.update_load()

    @property
    def is_full(self) -> bool:
        """Whether the buffer of finished rows is full, so that no new row may be sent."""
        return self.window.is_full(self.limit, self.in_flight)

    @property
    def may_read(self) -> bool:
        """Whether a new row may be read from the input and sent."""
        if self.stopping or self.routes.room <= 0 or self.is_full:
            return False
        return not self.is_shared or any(lane.load < inf for lane in self.routes.lanes)

    @property
    def is_idle(self) -> bool:
        """Whether no request is in flight, and no waiting row will be sent."""
        gone = self.stopping and not any(lane.gate.is_open for lane in self.routes.lanes)
        return self.in_flight == 0 and (gone or not self.routes.waiting)

    def admit(self, value: Any) -> Row:
        """Create the state of a new row of the input, with the next index."""
        row = Row(self._admitted, value)
        self._admitted += 1
        return row

    def next_row(self) -> Row | None:
        """Take a new row that may be sent now, and set its server; None if there is none."""
        routes = self.routes
        if not self.is_shared:
            return routes.next_row()
        if not routes.waiting:
            return None
        if not self.options.ordered:
            return None if self.is_full else routes.next_row()
        # In an ordered run, finished rows wait in the window for older rows. If the window is half
        # full, take the oldest row first; if it is full, only the row that all others wait for.
        if self.is_full:
            return routes.next_row(number=self.window.next_index)
        return routes.next_row(oldest=self.window.is_full(self.limit / 2, self.in_flight))

    def stop(self) -> None:
        """Send no new rows, except, in an ordered run, rows that precede a row already sent."""
        self.stopping = True
        after = self._last_sent if self.options.ordered else -1
        self.has_dropped_rows |= self.routes.drop(after) > 0

    def occupied(self, row: Row, now: float) -> None:
        """Record that a row occupies a slot of its server."""
        self.in_flight += 1
        self._last_sent = max(self._last_sent, row.index)
        row.lane.controller.sent(now)
        row.lane.update_load()

    def stays(self, row: Row) -> bool:
        """Return whether a row with a slot can still be sent to the server of the slot."""
        lane = row.lane
        return lane.gate.is_open and not lane.is_gone and lane.name not in row.wanted.avoid

    def sent(self, row: Row, now: float) -> None:
        """Record that the request of a row is sent."""
        row.began = row.began or now
        row.sent_at = now
        self.meter.retries += row.attempts > 0
        row.attempts += 1

    def dropped(self, row: Row, now: float) -> RequestError | None:
        """Release the slot of a row, because its server is unreachable or another should get it.

        Returns:
            The error of the row if no server may get it any more; otherwise None.
        """
        step = self._queued(row, now)
        return step.error if isinstance(step, Failed) else None  # type: ignore[return-value]

    def given_up(self, lane: ServerLane, now: float) -> None:
        """Release the slot of a row whose response is no longer awaited."""
        self.in_flight -= 1
        lane.controller.abandoned(now)
        lane.update_load()

    def server_answered(self, lane: ServerLane, now: float) -> None:
        """Record a successful health check: open the gate of the server."""
        lane.is_doubtful = False
        if not lane.gate.is_open:
            lane.gate.reopen()
            lane.controller.server_back(now)
            self.update_limit()

    def server_away(self, lane: ServerLane, cause: VllmError, now: float) -> None:
        """Record a failed health check: close the gate of the server."""
        lane.gate.close(now, cause)
        lane.update_load()

    def out_of_patience(self, lane: ServerLane, now: float) -> BulkError | None:
        """Return the error that ends the run if a server was unreachable for too long.

        As long as other servers answer rows, an unreachable server does not end the run.
        """
        return lane.gate.error_at(now, self.meter.last_success)

    def polled(self, lane: ServerLane, gauges: Gauges | None, now: float) -> None:
        """Record the gauges of a server; None if they could not be read."""
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
