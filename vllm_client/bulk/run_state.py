"""A run as a state machine: which row is sent when, and what follows its answer or its error.

No clock and no I/O: the engine in `_async/bulk_engine.py` reports what happens and does what is
decided here. For several servers there would be one controller and one gate each; the window, the
meter and the rules stay those of the run.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import attrs

from ..errors import ApiError, BulkError
from .bulk_item import BulkItem
from .concurrency import ConcurrencyController
from .gate import Gate, out_of_patience
from .gauges import Gauges
from .row_retry import MAX_RESENDS, Rule, rule_of, wait_before
from .row_window import RowWindow
from .run_job import BulkAnswer
from .run_options import RunOptions
from .run_stats import RunMeter, RunStats

Item = BulkItem[Any, Any]


@attrs.define(eq=False)
class Row:
    """A row from its admission to its end.

    index: its place in the input. input: what the input gave. request: what is sent. size: how
    many rows of the caller it stands for. began, sent_at: its first and its last sending.
    """

    index: int
    input: Any
    request: Any = None
    size: int = 1
    began: float = 0.0
    sent_at: float = 0.0
    attempts: int = 0
    refusals: int = 0
    server_errors: int = 0
    losses: int = 0


@attrs.frozen
class Resend:
    """Send the row again after so many seconds; it keeps its slot."""

    wait: float


@attrs.frozen
class Queued:
    """The row has given its slot back and waits in `again`."""


@attrs.frozen
class Failed:
    """The row has failed."""


@attrs.frozen
class Ended:
    """The run ends with this error."""

    error: Exception


Step = Resend | Queued | Failed | Ended


class RunState:
    """All that a run decides.

    Args:
        options: of the run.
        controller: of the server.
        total: rows of the input, if known.
        now: the time.
    """

    def __init__(
        self,
        options: RunOptions,
        controller: ConcurrencyController,
        total: int | None,
        now: float,
    ) -> None:
        self.options = options
        self.controller = controller
        self.gate = Gate(options.server_patience)
        self.window: RowWindow[tuple[Item, int]] = RowWindow(options.ordered)
        self.meter = RunMeter(now)
        self.again: deque[Row] = deque()
        self.stopping = self.has_ended = False
        self.is_doubtful = False
        self._total = total
        self._admitted = 0
        self._gauges: Gauges | None = None

    @property
    def free_slots(self) -> int:
        """How many requests more may be sent; 0 while the server is away."""
        if not self.gate.is_open:
            return 0
        return max(0, self.controller.limit - self.controller.in_flight)

    @property
    def is_full(self) -> bool:
        """Whether finished rows must be taken, or the oldest be finished, before new ones start."""
        return self.window.is_full(self.controller.limit, self.controller.in_flight)

    @property
    def may_admit(self) -> bool:
        """Whether a new row may be sent."""
        return not self.stopping and self.free_slots > 0 and not self.is_full

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight, or will be without a new row."""
        gone = self.stopping and not self.gate.is_open
        return self.controller.in_flight == 0 and (gone or not self.again)

    def admit(self, value: Any) -> Row:
        """Number a new row of the input."""
        row = Row(self._admitted, value)
        self._admitted += 1
        return row

    def take_again(self) -> Row | None:
        """A row that was lost and is to be sent again, if there is one and a slot is free."""
        return self.again.popleft() if self.again and self.free_slots > 0 else None

    def occupied(self, now: float) -> None:
        """A row has taken a slot."""
        self.controller.sent(now)

    def sent(self, row: Row, now: float) -> None:
        """The request of a row goes out."""
        row.began = row.began or now
        row.sent_at = now
        self.meter.retries += row.attempts > 0
        row.attempts += 1

    def answered(self, row: Row, answer: BulkAnswer, now: float) -> None:
        """A row has its answer."""
        tokens = answer.tokens
        self.controller.completed(now, sent_at=row.sent_at, tokens=sum(tokens) or 1)
        self.meter.succeeded(now, tokens, row.size - len(answer.errors))
        for error in answer.errors:
            self.meter.row_failed(now, error)
            self.stopping |= self.options.raises

    def failed(self, row: Row, error: Exception, now: float) -> Step:
        """A request failed: what follows for its row."""
        rule = self._settled(rule_of(error))
        if rule is Rule.ENDS:
            self.controller.abandoned(now)
            return Ended(error)
        if rule is Rule.AWAY:
            row.attempts -= 1  # nobody was there to receive it
            self.gate.close(now, error)  # type: ignore[arg-type]  # RULES has none but VllmErrors
            return self._queued(row, now)
        self.is_doubtful |= rule in (Rule.REFUSED, Rule.SERVER_ERROR, Rule.LOST)
        if rule is Rule.LOST:
            return self._lost(row, now)
        if rule is Rule.REFUSED:
            return self._refused(row, error, now)
        if rule is Rule.SERVER_ERROR and row.server_errors < MAX_RESENDS:
            row.server_errors += 1
            return Resend(wait_before(row.server_errors - 1))
        self.controller.abandoned(now)
        return Failed()

    def dropped(self, row: Row, now: float) -> None:
        """The connection of a row was closed, since the server is away: it is sent again."""
        self._queued(row, now)

    def given_up(self, now: float) -> None:
        """A row that was in flight is not waited for any longer."""
        self.controller.abandoned(now)

    def finished(self, row: Row, item: Item, size: int, now: float) -> list[tuple[Item, int]]:
        """A row has ended; what can be handed out now. `size` is that of its answer in bytes."""
        if item.error is not None:
            self.meter.row_failed(now, item.error, row.size)
            self.stopping |= self.options.raises
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

    def server_answered(self, now: float) -> None:
        """A look at the server found it there."""
        self.is_doubtful = False
        if not self.gate.is_open:
            self.gate.reopen()
            self.controller.server_back(now)

    def polled(self, gauges: Gauges | None, now: float) -> None:
        """The server's gauges were read, or could not be."""
        self._gauges = gauges
        self.controller.polled(now, gauges, output_blocked=self.is_full)

    def stats(self, now: float) -> RunStats:
        """The state of the run, for people."""
        meter, rates = self.meter, self.meter.rates(now)
        gauges = self._gauges if self.gate.is_open else None
        return RunStats(
            done=meter.done,
            failed=meter.failed,
            failures=dict(meter.failures),
            in_flight=self.controller.in_flight,
            waiting=None if gauges is None else gauges.waiting,
            total=self._total,
            prompt_tokens=meter.prompt_tokens,
            completion_tokens=meter.completion_tokens,
            rows_per_second=rates[0],
            prompt_tokens_per_second=rates[1],
            completion_tokens_per_second=rates[2],
            seconds=now - meter.began,
            eta=meter.eta(now, self._total),
            retries=meter.retries,
            concurrency=self.controller.limit,
            reason=self._reason(now),
        )

    def _reason(self, now: float) -> str:
        if self.has_ended:
            return "ended"
        if not self.gate.is_open:
            return self.gate.words(now)
        if self.stopping:
            return "stopping"
        if self.is_full and self.window.is_parking:
            return f"waiting for row {self.window.next_index}, which is the oldest"
        return "output-bound" if self.is_full else str(self.controller.reason)

    def _settled(self, rule: Rule) -> Rule:
        """The rule, once it is known whether any row has succeeded."""
        if rule is Rule.ENDS_UNLESS_ANY_SUCCEEDED:
            return Rule.FAILED if self.meter.done else Rule.ENDS
        if rule is Rule.ENDS_UNLESS_IT_WAS_THERE:
            return Rule.AWAY if self.meter.done else Rule.ENDS
        return rule

    def _lost(self, row: Row, now: float) -> Step:
        """Counted, unless the gate had closed before: such a loss says nothing about the row."""
        row.losses += self.gate.is_open
        if row.losses <= MAX_RESENDS:
            return self._queued(row, now)
        self.controller.connection_lost(now)
        return Failed()

    def _refused(self, row: Row, error: Exception, now: float) -> Step:
        patience = self.options.server_patience
        if patience is not None and now - self.meter.last_success > patience:
            self.controller.abandoned(now)
            return Ended(out_of_patience(patience, error))  # type: ignore[arg-type]
        if isinstance(error, ApiError):  # not our own queue for connections
            self.controller.refused(now, sent_at=row.sent_at)
        row.refusals += 1
        return Resend(wait_before(row.refusals - 1))

    def _queued(self, row: Row, now: float) -> Step:
        self.controller.connection_lost(now)
        self.again.append(row)
        return Queued()
