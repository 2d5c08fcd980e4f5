"""Send the rows of a run, as `bulk/run_state.py` decides.

It lives in one event loop. `bulk_run.py` has the async face; the sync one in `_background/` has a
loop for it in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

import attrs

from .._io.asyncio_.waiting import now
from ..bulk.bulk_item import BulkItem
from ..bulk.concurrency import ConcurrencyController
from ..bulk.run_job import BulkJob
from ..bulk.run_state import Ended, Failed, Queued, Resend, Row, RunState
from ..bulk.run_stats import RunStats
from .bulk_input import BulkInput, bulk_input
from .call_runner import AsyncCallRunner
from .row_sending import send_row
from .server_watch import ServerWatch

# A finished row for the caller, and the size of its answer in bytes; None if other rows of the same
# batch follow.
Handed = tuple[BulkItem[Any, Any], int | None]


class Outbox(Protocol):
    """The receiver of finished rows."""

    def put(self, handed: Handed) -> None:
        """Hand out a row."""
        ...

    def end(self, error: BaseException | None) -> None:
        """No row follows. `error` ended the run early; None if the input was read to its end."""
        ...


class BulkEngine:
    """One run, from its first row to its end. Made in a running event loop."""

    def __init__(self, caller: AsyncCallRunner, job: BulkJob, most: int, outbox: Outbox) -> None:
        options = job.options
        controller = ConcurrencyController(
            _at_most(options.concurrency, most), background=options.background
        )
        self.state = RunState(options, controller, job.total, now())
        self.closed = asyncio.Event()
        self._caller = caller
        self._job = job
        self._outbox = outbox
        self._loop = asyncio.get_running_loop()
        self._rows: dict[Row, asyncio.Task[None]] = {}
        self._sending: set[Row] = set()
        self._dropped: set[Row] = set()
        self._closing: asyncio.Task[None] | None = None
        self._is_complete = False
        self._waits_for_room = False
        self._input: BulkInput = bulk_input(job.rows, job.prepare, job.in_thread, self.pump)
        self._watch = ServerWatch(caller, self.state, self)
        self.pump()

    @property
    def is_complete(self) -> bool:
        """Whether the run has ended, and every row of the input has an answer or has failed."""
        return self._is_complete

    @property
    def stats(self) -> RunStats:
        """The state of the run."""
        return self.state.stats(now())

    def stop(self) -> None:
        """Send no further rows; those in flight are finished."""
        self.state.stopping = True
        self.pump()

    def taken(self, size: int | None) -> None:
        """Note that the caller took a row. Thread-safe."""
        if size is None:
            return
        self.state.window.taken(size)
        if self._waits_for_room and self.state.window.has_room_again(self.state.controller.limit):
            self._waits_for_room = False
            self.from_thread(self.pump)

    def from_thread(self, act: Callable[[], object]) -> None:
        """Run a function in the event loop. Thread-safe."""
        with suppress(RuntimeError):  # the loop is closed, and the run with it
            self._loop.call_soon_threadsafe(act)

    def close_soon(self) -> None:
        """Begin to close the run, and return at once."""
        self._closing = self._loop.create_task(self.close())

    async def close(self) -> None:
        """Close the connections in flight, the input and the tasks of the run."""
        self.end(None)
        tasks = {*self._rows.values(), *self._watch.tasks} - {asyncio.current_task()}
        try:
            if tasks:
                await asyncio.wait(tasks)
            await self._input.closed()
        finally:
            self.closed.set()

    # Sending.

    def pump(self) -> None:
        """Send as many rows as are allowed; end the run if none are left."""
        state = self.state
        if state.has_ended:
            return
        while (row := state.take_again()) is not None:
            self._begin(row)
        while state.may_admit:
            if not self._admit():
                break
        self._note_fullness()
        if state.may_admit and not self._input.has_ended:
            self._input.want(state.free_slots)
        if state.is_idle and (state.stopping or self._input.has_ended):
            has_read_all = self._input.has_ended and self._input.error is None
            self._is_complete = has_read_all and not state.again
            self.end(self._input.error)

    def _note_fullness(self) -> None:
        """Have `taken` wake the run if it waits for room; asked again, lest a wake-up be missed."""
        self._waits_for_room = False
        if self.state.is_full:
            self._waits_for_room = True
            if not self.state.is_full:
                self._loop.call_soon(self.pump)

    def _admit(self) -> bool:
        """Begin with the next row of the input, if it is there."""
        found = self._input.take()
        if found is None:
            return False
        row = self.state.admit(found.value)
        problem = found.problem
        if problem is None:
            try:
                row.size, row.request = self._job.request(found.options)
            except Exception as error:
                problem = error
        if problem is not None:
            self._fail(row, problem)
        else:
            self._begin(row)
        return True

    def _begin(self, row: Row) -> None:
        self.state.occupied(now())
        task = self._loop.create_task(self._attend(row))
        self._rows[row] = task
        task.add_done_callback(partial(self._attended, row))

    def _attended(self, row: Row, task: asyncio.Task[None]) -> None:
        self._rows.pop(row, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.end(error)
        self.pump()

    async def _attend(self, row: Row) -> None:
        """Send a row until it is finished, or gives its slot back."""
        state = self.state
        while state.gate.is_open:
            state.sent(row, now())
            self._sending.add(row)
            try:
                answer = await send_row(self._caller, row)
            except asyncio.CancelledError:
                if row not in self._dropped:
                    state.given_up(now())
                    raise
                self._take_over(row)
                return
            except Exception as error:
                self._sending.discard(row)
                wait = self._after(row, error)
                if wait is None:
                    return
                await self._rest(wait)
                continue
            self._sending.discard(row)
            state.answered(row, answer, now())
            self._finish(row, answer.response, None, answer.size)
            return
        state.dropped(row, now())  # the gate closed while it waited to be sent again

    def _after(self, row: Row, error: Exception) -> float | None:
        """Do what follows a failed request; the wait before the next one, if there is one."""
        if self._caller.closed:
            self.state.given_up(now())
            self.end(error)
            return None
        step = self.state.failed(row, error, now())
        if self.state.is_doubtful:
            self._watch.look()
        match step:
            case Resend(wait):
                return wait
            case Ended(cause):
                self.end(cause)
            case Failed():
                self._fail(row, error)
            case Queued():
                if not self.state.gate.is_open:
                    self._watch.wait_at_gate()
        return None

    async def _rest(self, wait: float) -> None:
        try:
            await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self.state.given_up(now())
            raise

    def _take_over(self, row: Row) -> None:
        """Queue a row again whose connection was closed because the server is away."""
        self._dropped.discard(row)
        self._sending.discard(row)
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        self.state.dropped(row, now())

    def _fail(self, row: Row, error: Exception) -> None:
        self._finish(row, None, error, 0)
        ending = self.state.error_of_failures(error)
        if ending is not None:
            self.end(ending)

    def _finish(self, row: Row, response: Any, error: Exception | None, size: int) -> None:
        if self.state.has_ended:
            return
        moment = now()
        seconds = moment - row.began if row.began else 0.0
        item = BulkItem(row.index, row.input, response, error, row.attempts, seconds)
        self._hand_out(self.state.finished(row, item, size, moment))

    def _hand_out(self, finished: list[tuple[BulkItem[Any, Any], int]]) -> None:
        split = self._job.split
        for item, size in finished:
            *others, last = (item,) if split is None else split(item)
            for other in others:
                self._put((other, None))
            self._put((last, size))

    def _put(self, handed: Handed) -> None:
        try:
            self._outbox.put(handed)
        except Exception as error:  # as of a full disk
            self.end(error)

    def end(self, error: BaseException | None) -> None:
        """End the run: hand out what is there, and close the connections in flight."""
        if self.state.has_ended:
            return
        self.state.has_ended = self.state.stopping = True
        self._hand_out(self.state.window.flush())
        self._outbox.end(error)
        self._input.close()
        self._watch.stop()
        for task in self._rows.values():
            if task is not asyncio.current_task():
                task.cancel()

    def drop_connections(self) -> None:
        """Close the connections in flight, since the server is away; their rows are sent again."""
        for row in list(self._sending):
            self._dropped.add(row)
            self._rows[row].cancel()


def _at_most(concurrency: Any, most: int) -> Any:
    """The same, within what connections and descriptors allow."""
    if concurrency.max <= most:
        return concurrency
    return attrs.evolve(concurrency, min=min(concurrency.min, most), max=most)
