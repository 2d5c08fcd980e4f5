"""The tasks of a run, one per row that occupies a slot at a server."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Protocol

from .._io.asyncio_.waiting import now
from ..bulk.run_row import Ended, Failed, Moved, Queued, Resend, Row
from ..bulk.run_state import RunState
from ..bulk.server_lane import ServerLane
from .bulk_servers import BulkServers
from .call_runner import AsyncCallRunner
from .row_sending import send_row


class RunOfRows(Protocol):
    """The interface of a run to the tasks of its rows."""

    def pump(self) -> None:
        """Send the rows that have a free slot."""
        ...

    def look(self, lane: ServerLane, *, is_away: bool = False) -> None:
        """Check the health of a server: once, or until it is reachable again if it is down."""
        ...

    def finish(self, row: Row, response: Any, error: Exception | None, size: int) -> None:
        """Finish a row with a response or an error."""
        ...

    def fail(self, row: Row, error: Exception) -> None:
        """Finish a row with an error."""
        ...

    def end(self, error: BaseException | None) -> None:
        """End the run."""
        ...


class RowTasks:
    """Send rows that occupy a slot, until they finish or release it."""

    def __init__(
        self, caller: AsyncCallRunner, servers: BulkServers, state: RunState, run: RunOfRows
    ) -> None:
        self._caller = caller
        self._servers = servers
        self._state = state
        self._run = run
        self._loop = asyncio.get_running_loop()
        self._rows: dict[Row, asyncio.Task[None]] = {}
        self._sending: set[Row] = set()
        self._dropped: set[Row] = set()
        self._resting: set[asyncio.Task[None]] = set()

    @property
    def all(self) -> set[asyncio.Task[None]]:
        """The tasks that have not ended."""
        return {*self._rows.values(), *self._resting}

    def begin(self, row: Row) -> None:
        """Start sending a row to its server, which has a free slot."""
        self._state.occupied(row, now())
        task = self._loop.create_task(self._attend(row))
        self._rows[row] = task
        task.add_done_callback(partial(self._attended, row))

    def drop(self, lane: ServerLane) -> None:
        """Close the connections in flight to a server; their rows are sent again."""
        for row in [row for row in self._sending if row.lane is lane]:
            self._dropped.add(row)
            self._rows[row].cancel()

    def cancel(self) -> None:
        """Close all connections in flight, except that of the calling task."""
        for task in self.all - {asyncio.current_task()}:
            task.cancel()

    def _attended(self, row: Row, task: asyncio.Task[None]) -> None:
        if self._rows.get(row) is task:
            del self._rows[row]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._run.end(error)
        self._run.pump()

    async def _attend(self, row: Row) -> None:
        """Send a row, with repetitions, until it finishes or releases its slot."""
        state = self._state
        while state.stays(row):
            state.sent(row, now())
            self._sending.add(row)
            try:
                answer = await send_row(self._servers.row_caller(row.lane), row)
            except asyncio.CancelledError:
                if row not in self._dropped:
                    state.given_up(row.lane, now())
                    raise
                self._take_over(row)
                return
            except Exception as error:
                self._sending.discard(row)
                wait = await self._after(row, error)
                if wait is None:
                    return
                await self._rest(row.lane, wait)
                continue
            self._sending.discard(row)
            state.answered(row, answer, now())
            self._run.finish(row, answer.response, None, answer.size)
            return
        self._give_back(row)

    async def _after(self, row: Row, error: Exception) -> float | None:
        """Process a failed request; return the seconds before the next one, if any."""
        if self._caller.closed:
            self._state.given_up(row.lane, now())
            self._run.end(error)
            return None
        await self._servers.failed(row, error)
        lane = row.lane
        step = self._state.failed(row, error, now())
        if lane.is_doubtful:
            self._run.look(lane)
        match step:
            case Resend(wait):
                return wait
            case Moved(rest):
                self._rest_without_row(lane, rest)
            case Ended(cause):
                self._run.end(cause)
            case Failed(problem):
                self._run.fail(row, problem or error)
            case Queued():
                if not lane.gate.is_open:
                    self._run.look(lane, is_away=True)
        return None

    async def _rest(self, lane: ServerLane, wait: float) -> None:
        try:
            await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self._state.given_up(lane, now())
            raise

    def _rest_without_row(self, lane: ServerLane, rest: float) -> None:
        """Keep a slot occupied for a while after its row has moved to another server."""
        task = self._loop.create_task(self._free_after(lane, rest))
        self._resting.add(task)
        task.add_done_callback(self._resting.discard)

    async def _free_after(self, lane: ServerLane, rest: float) -> None:
        await self._rest(lane, rest)
        self._state.given_up(lane, now())
        self._run.pump()

    def _take_over(self, row: Row) -> None:
        """Queue a row again after its connection was closed because the server is down."""
        self._dropped.discard(row)
        self._sending.discard(row)
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        self._give_back(row)

    def _give_back(self, row: Row) -> None:
        """Release the slot of a row that waits for its server, or moves to another server."""
        error = self._state.dropped(row, now())
        if error is not None:
            self._run.fail(row, error)
