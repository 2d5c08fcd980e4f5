"""The state machine of a run: decide the next step after an answer or an error.

No clock and no I/O: the engine in `_async/bulk_engine.py` reports events, and carries out the
decisions made here and in `run_slots.py`, which chooses the rows to send. Each server has its own
lane with a controller and a gate; the window, the meter and the rules belong to the whole run.
"""

from __future__ import annotations

from ..balancing.failover import Failure, failure_of
from ..errors import ApiError, BulkError, RequestError
from .gate import out_of_patience
from .row_retry import MAX_RESENDS, Rule, rule_of, wait_before
from .run_job import BulkAnswer
from .run_row import Ended, Failed, Moved, Resend, Row, Step
from .run_slots import Item, RunSlots
from .server_lane import ServerLane


class RunState(RunSlots):
    """Decide the next step after answers and errors; `RunSlots` decides about slots."""

    def answered(self, row: Row, answer: BulkAnswer, now: float) -> None:
        """Record the answer to a row."""
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
        """Record a failed request; return the next step for its row."""
        lane = row.lane
        if _lacks_model(error) and self._goes_elsewhere(row):
            return self._queued(row, now)
        rule = self._settled(rule_of(error), lane)
        if rule is Rule.ENDS:
            self.given_up(lane, now)
            return Ended(error)
        if rule is Rule.AWAY:
            # the server did not receive the request
            row.attempts -= 1
            lane.gate.close(now, error)  # type: ignore[arg-type]  # RULES has only VllmErrors
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

    def finished(self, row: Row, item: Item, size: int, now: float) -> list[tuple[Item, int]]:
        """Record a finished row; return the items that can now be handed to the caller.

        Args:
            row: The row.
            item: The result of the row.
            size: The size of its answer in bytes.
            now: The time.
        """
        if item.error is not None:
            self.meter.row_failed(now, item.error, row.size)
            self._stop_if_raising()
        return self.window.finished(row.index, (item, size), size)

    def error_of_failures(self, last: Exception) -> BulkError | None:
        """Return the error that ends the run if too many rows have failed; otherwise None.

        Args:
            last: The error of the last failed row, for the message.
        """
        failed, finished = self.meter.failed, self.meter.finished
        if not self.options.too_many(failed, finished):
            return None
        limit = self.options.max_errors
        problem = f"{failed} of {finished} rows failed (max_errors={limit}): {last}"
        error = BulkError(problem, "max_errors")
        error.__cause__ = last
        return error

    def _stop_if_raising(self) -> None:
        if self.options.raises and not self.stopping:
            self.stop()

    def _settled(self, rule: Rule, lane: ServerLane) -> Rule:
        """Replace a rule that depends on earlier success by the one that applies now."""
        if rule is Rule.ENDS_UNLESS_ANY_SUCCEEDED:
            return Rule.FAILED if self.meter.done else Rule.ENDS
        if rule is Rule.ENDS_UNLESS_IT_WAS_THERE:
            others = (each for each in self.routes.lanes if each is not lane)
            is_there = self.meter.done or any(each.gate.is_open for each in others)
            return Rule.AWAY if is_there else Rule.ENDS
        return rule

    def _lost(self, row: Row, now: float) -> Step:
        """Return the step after a lost connection.

        The loss does not count if the gate was closed before, because then the server is the cause.
        """
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
        # a timeout in the connection queue of the client is not a refusal by the server
        if isinstance(error, ApiError):
            lane.controller.refused(now, sent_at=row.sent_at)
            self.update_limit()
        row.refusals += 1
        wait = wait_before(row.refusals - 1)
        if not self._goes_elsewhere(row):
            return Resend(wait)
        try:
            self.routes.put_back(row)
        except RequestError as problem:
            self.given_up(lane, now)
            return Failed(problem)
        return Moved(wait)

    def _goes_elsewhere(self, row: Row) -> bool:
        """Exclude the server of a row if another server may get the row; else allow all again.

        Return whether another server may get the row.
        """
        row.wanted = row.wanted.without(row.lane.name)
        found = self.routes.has_another(row)
        if not found:
            row.wanted = row.wanted.anew()
        return found


def _lacks_model(error: Exception) -> bool:
    return isinstance(error, ApiError) and failure_of(error) is Failure.UNKNOWN_MODEL
