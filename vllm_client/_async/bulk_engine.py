"""Send the rows of a run, as decided by `bulk/run_state.py`.

The engine runs in one event loop. `bulk_run.py` is its async interface. The sync interface in
`_background/` runs the engine in a background thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol

from .._io.asyncio_.waiting import now
from ..bulk.bulk_item import BulkItem
from ..bulk.run_job import BulkJob
from ..bulk.run_row import Row
from ..bulk.run_state import RunState
from ..bulk.run_stats import RunStats
from ..bulk.server_lane import ServerLane
from ..bulk.state_stats import stats_of
from ..errors import RequestError
from .bulk_input import BulkInput, bulk_input
from .call_runner import AsyncCallRunner
from .choose_servers import servers_of
from .row_tasks import RowTasks
from .server_watch import ServerWatch

# A finished row for the caller, and the size of the answer in bytes. The rows of a batch share one
# answer: the last row has its size, the other rows have None.
Handed = tuple[BulkItem[Any, Any], int | None]


class Outbox(Protocol):
    """The receiver of finished rows."""

    def put(self, handed: Handed) -> None:
        """Deliver a finished row."""
        ...

    def end(self, error: BaseException | None) -> None:
        """Report the end of the run. `error` is None if the input was read to its end."""
        ...


class BulkEngine:
    """One run, from its first row to its end. It is created in a running event loop."""

    def __init__(self, caller: AsyncCallRunner, job: BulkJob, outbox: Outbox) -> None:
        self._servers = servers_of(caller, job.options)
        self.state = RunState(job.options, self._servers.routes, job.total, now())
        self.closed = asyncio.Event()
        self._job = job
        self._outbox = outbox
        self._loop = asyncio.get_running_loop()
        self._closing: asyncio.Task[None] | None = None
        self._is_complete = False
        self._waits_for_room = False
        self._input: BulkInput = bulk_input(job.rows, job.prepare, job.in_thread, self.pump)
        self._tasks = RowTasks(caller, self._servers, self.state, self)
        self._watches: dict[ServerLane, ServerWatch] = {}
        preparation = self._servers.preparation()
        self._preparing: set[asyncio.Task[None]] = set()
        if preparation is None:
            self.pump()
        else:
            self._preparing.add(self._loop.create_task(self._prepare(preparation)))

    @property
    def is_complete(self) -> bool:
        """Whether the run has ended, and every row of the input has an answer or has failed."""
        return self._is_complete

    @property
    def stats(self) -> RunStats:
        """The state of the run."""
        return stats_of(self.state, now())

    def stop(self) -> None:
        """Send no further rows, and finish those in flight."""
        self.state.stop()
        self.pump()

    def taken(self, size: int | None) -> None:
        """Record that the caller has taken a row. Thread-safe."""
        if size is None:
            return
        self.state.window.taken(size)
        if self._waits_for_room and self.state.window.has_room_again(self.state.limit):
            self._waits_for_room = False
            self.from_thread(self.pump)

    def from_thread(self, act: Callable[[], object]) -> None:
        """Run a function in the event loop. Thread-safe."""
        with suppress(RuntimeError):  # the loop is closed, which has ended the run
            self._loop.call_soon_threadsafe(act)

    def close_soon(self) -> None:
        """Start closing the run, and return immediately."""
        self._closing = self._loop.create_task(self.close())

    async def close(self) -> None:
        """Close the connections in flight, the input and the tasks of the run."""
        self.end(None)
        looks = (task for watch in self._watches.values() for task in watch.tasks)
        tasks = {*self._tasks.all, *looks, *self._preparing} - {asyncio.current_task()}
        try:
            if tasks:
                await asyncio.wait(tasks)
            await self._input.closed()
        finally:
            self.closed.set()

    async def _prepare(self, preparation: Coroutine[Any, Any, None]) -> None:
        try:
            await preparation
        except Exception as error:
            self.end(error)
        self.pump()

    # Sending rows.

    def pump(self) -> None:
        """Send as many rows as are allowed; end the run if none are left."""
        state = self.state
        if state.has_ended:
            return
        if self._servers.has_changed() and not self._follow_servers():
            return
        while (row := state.routes.next_again()) is not None:
            self._tasks.begin(row)
        self._send_new_rows()
        self._note_fullness()
        if state.may_read and not self._input.has_ended:
            self._input.want(state.routes.room)
        if state.is_idle and (state.stopping or self._input.has_ended):
            has_read_all = self._input.has_ended and self._input.error is None
            is_left = state.routes.waiting or state.has_dropped_rows
            self._is_complete = has_read_all and not is_left
            self.end(self._input.error)

    def _follow_servers(self) -> bool:
        """Use the current servers of the client; return False if this ended the run."""
        try:
            new = self._servers.follow()
        except RequestError as error:
            self.end(error)
            return False
        for lane in new:
            caller = self._servers.watch_caller(lane)
            self._watches[lane] = ServerWatch(caller, lane, self.state, self)
        self.state.update_limit()
        for row, problem in self.state.routes.place_again():
            self.fail(row, problem)
        return not self.state.has_ended

    def _send_new_rows(self) -> None:
        """Send rows of the input while servers have free slots."""
        state, begin = self.state, self._tasks.begin
        if state.is_shared:
            self._send_waiting_rows()
        while state.may_read and self._read():
            if (row := state.next_row()) is not None:
                begin(row)

    def _send_waiting_rows(self) -> None:
        """Send rows that were read earlier, when no slot was free."""
        self._read_ahead()
        while (row := self.state.next_row()) is not None:
            self._tasks.begin(row)
            self._read_ahead()

    def _read_ahead(self) -> None:
        """With the policy "prefix", read rows of the input before a slot is free."""
        while self.state.routes.reads_ahead and self.state.may_read and self._read():
            pass

    def _note_fullness(self) -> None:
        """If the outbox is full, let `taken` call `pump` when there is room again.

        Rows may be taken in another thread at the same time, so check again after setting the flag.
        """
        self._waits_for_room = False
        if self.state.is_full:
            self._waits_for_room = True
            if not self.state.is_full:
                self._loop.call_soon(self.pump)

    def _read(self) -> bool:
        """Queue the next row of the input; return False if no row is available."""
        found = self._input.take()
        if found is None:
            return False
        row = self.state.admit(found.value)
        problem = found.problem
        if problem is None:
            try:
                row.size, row.request = self._job.request(found.options)
                self._servers.want(row)
                self.state.routes.add(row)
            except Exception as error:
                problem = error
        if problem is not None:
            self.fail(row, problem)
        return True

    # Called by the tasks that send rows, and by the health checks.

    def look(self, lane: ServerLane, *, is_away: bool = False) -> None:
        """Check the health of a server: once, or until it is reachable again if it is down."""
        watch = self._watches[lane]
        if is_away:
            self._servers.looked(lane)
            watch.wait_at_gate()
        else:
            watch.look()

    def looked(self, lane: ServerLane) -> None:
        """Record that a server was checked."""
        self._servers.looked(lane)

    def drop_connections(self, lane: ServerLane) -> None:
        """Close the connections in flight to a server that is down; their rows are sent again."""
        self._tasks.drop(lane)

    def fail(self, row: Row, error: Exception) -> None:
        """Finish a row with an error."""
        self.finish(row, None, error, 0)
        ending = self.state.error_of_failures(error)
        if ending is not None:
            self.end(ending)

    def finish(self, row: Row, response: Any, error: Exception | None, size: int) -> None:
        """Finish a row with a response or an error."""
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
        except Exception as error:  # for example because the disk is full
            self.end(error)

    def end(self, error: BaseException | None) -> None:
        """End the run: deliver finished rows, and close the connections in flight."""
        if self.state.has_ended:
            return
        self.state.has_ended = self.state.stopping = True
        self._hand_out(self.state.window.flush())
        self._outbox.end(error)
        self._input.close()
        self._servers.ended()
        for watch in self._watches.values():
            watch.stop()
        self._tasks.cancel()
        for task in self._preparing - {asyncio.current_task()}:
            task.cancel()
