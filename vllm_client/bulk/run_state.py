"""A run as a state machine: which row is sent when, and what follows its answer or its error.

No clock and no I/O: the engine in `_async/bulk_engine.py` reports what happens and does what is
decided here. Each server has a controller and a gate, in its lane; the window, the meter and the
rules are those of the run.
"""

from __future__ import annotations

from math import inf
from typing import Any

from ..balancing.failover import Failure, failure_of
from ..errors import ApiError, BulkError, RequestError, VllmError
from .bulk_item import BulkItem
from .gate import out_of_patience
from .gauges import Gauges
from .row_retry import MAX_RESENDS, Rule, rule_of, wait_before
from .row_routes import RowRoutes, SeveralServers
from .row_window import RowWindow
from .run_job import BulkAnswer
from .run_options import RunOptions
from .run_row import Ended, Failed, Moved, Queued, Resend, Row, Step
from .run_stats import RunMeter
from .server_lane import ServerLane

Item = BulkItem[Any, Any]


class RunState:
    """All that a run decides.

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
        """The servers, or the limit of one, have changed."""
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
        """Send no new rows; but those that are older than one that was sent, where order counts."""
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

    def answered(self, row: Row, answer: BulkAnswer, now: float) -> None:
        """A row has its answer."""
        tokens, lane = answer.tokens, row.lane
        self.in_flight -= 1
        lane.done += row.size - len(answer.errors)
        lane.answered_at = now
        lane.controller.completed(now, sent_at=row.sent_at, tokens=sum(tokens) or 1)
        lane.update_load()
        self.meter.succeeded(now, tokens, row.size - len(answer.errors))
        for error in answer.errors:
            self.meter.row_failed(now, error)
            self._stop_if_raising()

    def failed(self, row: Row, error: Exception, now: float) -> Step:
        """A request failed: what follows for its row."""
        lane = row.lane
        if _lacks_model(error) and self._goes_elsewhere(row):
            return self._queued(row, now)
        rule = self._settled(rule_of(error), lane)
        if rule is Rule.ENDS:
            self.given_up(lane, now)
            return Ended(error)
        if rule is Rule.AWAY:
            row.attempts -= 1  # nobody was there to receive it
            lane.gate.close(now, error)  # type: ignore[arg-type]  # RULES has none but VllmErrors
            return self._queued(row, now)
        lane.is_doubtful |= rule in (Rule.REFUSED, Rule.SERVER_ERROR, Rule.LOST)
        if rule is Rule.LOST:
            return self._lost(row, now)
        if rule is Rule.REFUSED:
            return self._refused(row, error, now)
        if rule is Rule.SERVER_ERROR and row.server_errors < MAX_RESENDS:
            row.server_errors += 1
            self._goes_elsewhere(row)
            return Resend(wait_before(row.server_errors - 1))
        self.given_up(lane, now)
        return Failed()

    def dropped(self, row: Row, now: float) -> RequestError | None:
        """A row gives its slot back, as its server is away or another one is to have it.

        Returns the error of a row that no server may have any more.
        """
        step = self._queued(row, now)
        return step.error if isinstance(step, Failed) else None  # type: ignore[return-value]

    def given_up(self, lane: ServerLane, now: float) -> None:
        """A slot is free again, whose row is not waited for any longer."""
        self.in_flight -= 1
        lane.controller.abandoned(now)
        lane.update_load()

    def finished(self, row: Row, item: Item, size: int, now: float) -> list[tuple[Item, int]]:
        """A row has ended; what can be handed out now. `size` is that of its answer in bytes."""
        if item.error is not None:
            self.meter.row_failed(now, item.error, row.size)
            self._stop_if_raising()
        return self.window.finished(row.index, (item, size), size)

    def error_of_failures(self, last: Exception) -> BulkError | None:
        """The error that ends the run if too many rows have failed; `last` is that of one."""
        failed, finished = self.meter.failed, self.meter.finished
        if not self.options.too_many(failed, finished):
            return None
        limit = self.options.max_errors
        problem = f"{failed} of {finished} rows failed (max_errors={limit}): {last}"
        error = BulkError(problem, "max_errors")
        error.__cause__ = last
        return error

    def server_answered(self, lane: ServerLane, now: float) -> None:
        """A look at a server found it there."""
        lane.is_doubtful = False
        if not lane.gate.is_open:
            lane.gate.reopen()
            lane.controller.server_back(now)
            self.update_limit()

    def server_away(self, lane: ServerLane, cause: VllmError, now: float) -> None:
        """A look at a server found that it cannot be used."""
        lane.gate.close(now, cause)
        lane.update_load()

    def out_of_patience(self, lane: ServerLane, now: float) -> BulkError | None:
        """The error that ends the run, if a server has been away for too long.

        As long as other servers answer rows, it may stay away.
        """
        return lane.gate.error_at(now, self.meter.last_success)

    def polled(self, lane: ServerLane, gauges: Gauges | None, now: float) -> None:
        """The gauges of a server were read, or could not be."""
        lane.gauges = gauges
        lane.controller.polled(now, gauges, output_blocked=self.is_full)
        self.update_limit()

    def _stop_if_raising(self) -> None:
        if self.options.raises and not self.stopping:
            self.stop()

    def _settled(self, rule: Rule, lane: ServerLane) -> Rule:
        """The rule, once it is known whether any row has succeeded."""
        if rule is Rule.ENDS_UNLESS_ANY_SUCCEEDED:
            return Rule.FAILED if self.meter.done else Rule.ENDS
        if rule is Rule.ENDS_UNLESS_IT_WAS_THERE:
            others = (each for each in self.routes.lanes if each is not lane)
            is_there = self.meter.done or any(each.gate.is_open for each in others)
            return Rule.AWAY if is_there else Rule.ENDS
        return rule

    def _lost(self, row: Row, now: float) -> Step:
        """Counted, unless the gate had closed before: such a loss says nothing about the row."""
        row.losses += row.lane.gate.is_open
        if row.losses <= MAX_RESENDS:
            self._goes_elsewhere(row)
            return self._queued(row, now)
        self._release(row.lane, now)
        return Failed()

    def _refused(self, row: Row, error: Exception, now: float) -> Step:
        lane, patience = row.lane, self.options.server_patience
        if patience is not None and now - self.meter.last_success > patience:
            self.given_up(lane, now)
            return Ended(out_of_patience(patience, error))  # type: ignore[arg-type]
        if isinstance(error, ApiError):  # not our own queue for connections
            lane.controller.refused(now, sent_at=row.sent_at)
            self.update_limit()
        row.refusals += 1
        wait = wait_before(row.refusals - 1)
        if not self._goes_elsewhere(row):
            return Resend(wait)
        try:
            self.routes.put_back(row)
        except RequestError as problem:
            return Failed(problem)
        return Moved(wait)

    def _goes_elsewhere(self, row: Row) -> bool:
        """Have another server get the row, if there is one; else all may have it again."""
        row.wanted = row.wanted.without(row.lane.name)
        found = self.routes.has_another(row)
        if not found:
            row.wanted = row.wanted.anew()
        return found

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


def _lacks_model(error: Exception) -> bool:
    return isinstance(error, ApiError) and failure_of(error) is Failure.UNKNOWN_MODEL
