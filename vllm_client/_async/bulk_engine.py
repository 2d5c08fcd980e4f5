"""Runs the rows of a run: does what `bulk/run_state.py` decides, and decides nothing.

It lives in one event loop. `bulk_run.py` has the async face; the sync one in `_background/` has a
loop for it in a thread.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

import attrs

from .._io.asyncio_.waiting import now
from ..api.common.calls import QueryCall
from ..api.server.status import HEALTH
from ..bulk.bulk_item import BulkItem
from ..bulk.concurrency import (
    POLL_INTERVAL,
    POLL_JITTER,
    POLL_TIMEOUT,
    ConcurrencyController,
)
from ..bulk.gauges import Gauges, read_gauges
from ..bulk.row_batches import BatchRequest
from ..bulk.run_job import BulkAnswer, BulkJob
from ..bulk.run_state import Ended, Failed, Queued, Resend, Row, RunState
from ..bulk.run_stats import RunStats
from ..call.request import RequestSpec
from ..call.response import HttpResponse
from ..call.retry import NO_RETRY
from ..errors import ApiError, IoError, VllmError
from ..vllm import routes
from .bulk_input import BulkInput, bulk_input
from .call_runner import AsyncCallRunner

# How long a look at a server that is away may take, and how often a server is looked at whose
# answers give reason to doubt it.
LOOK_SECONDS = 5.0
LOOK_INTERVAL = 1.0

# What is handed to the caller: an item, and the bytes of the answer that goes with it; None for
# one of a batch that has others after it.
Handed = tuple[BulkItem[Any, Any], int | None]


class Outbox(Protocol):
    """Where finished rows go."""

    def put(self, handed: Handed) -> None:
        """Hand out a row."""
        ...

    def end(self, error: BaseException | None) -> None:
        """No row follows; `error` is what ended the run before its input, or the input."""
        ...


def _gauges(reply: HttpResponse) -> Gauges | None:
    return read_gauges(reply.text)


GAUGES = QueryCall(routes.METRICS, _gauges)


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
        self._watchers: set[asyncio.Task[None]] = set()
        self._has_ended = self._is_complete = False
        self._waits_for_room = False
        self._is_looking = False
        self._input: BulkInput = bulk_input(job.rows, job.prepare, job.in_thread, self._pump)
        self._watch(self._poll())
        self._pump()

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
        self._pump()

    def taken(self, size: int | None) -> None:
        """The caller has taken what was handed out; from whatever thread."""
        if size is None:
            return
        self.state.window.taken(size)
        if self._waits_for_room and self.state.window.has_room_again(self.state.controller.limit):
            self._waits_for_room = False
            self.from_thread(self._pump)

    def from_thread(self, act: Callable[[], object]) -> None:
        """Have something done in the loop, from whatever thread."""
        with suppress(RuntimeError):  # the loop is closed, and the run with it
            self._loop.call_soon_threadsafe(act)

    def close_soon(self) -> None:
        """Close it, without waiting for that."""
        self._watch(self.close())

    async def close(self) -> None:
        """Close the connections in flight, and all else that the run has."""
        self._end(None)
        tasks = {*self._rows.values(), *self._watchers} - {asyncio.current_task()}
        if tasks:
            await asyncio.wait(tasks)
        await self._input.closed()
        self.closed.set()

    # Sending.

    def _pump(self) -> None:
        """Send what may be sent; end the run if nothing is left."""
        state = self.state
        if self._has_ended:
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
            self._end(self._input.error)

    def _note_fullness(self) -> None:
        """Have `taken` wake the run if it waits for room; asked again, lest a wake-up be missed."""
        self._waits_for_room = False
        if self.state.is_full:
            self._waits_for_room = True
            if not self.state.is_full:
                self._loop.call_soon(self._pump)

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
            self._end(error)
        self._pump()

    async def _attend(self, row: Row) -> None:
        """Send a row until it is finished, or gives its slot back."""
        state = self.state
        while state.gate.is_open:
            state.sent(row, now())
            self._sending.add(row)
            try:
                answer = await self._send(row)
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

    async def _send(self, row: Row) -> BulkAnswer:
        """The answer. A row that was lost goes over a new connection: the loss may be its doing,
        and a pooled connection that dies is replaced by a single call, uncounted.
        """
        if isinstance(row.request, BatchRequest):
            return await send_batch(self._caller, row.request)
        spec: RequestSpec[BulkAnswer] = row.request
        if row.losses:
            spec = attrs.evolve(spec, replayable=False)
        return await self._caller.call(spec)

    def _after(self, row: Row, error: Exception) -> float | None:
        """Do what follows a failed request; the wait before the next one, if there is one."""
        if self._caller.closed:
            self.state.given_up(now())
            self._end(error)
            return None
        step = self.state.failed(row, error, now())
        if self.state.is_doubtful:
            self._look()
        match step:
            case Resend(wait):
                return wait
            case Ended(cause):
                self._end(cause)
            case Failed():
                self._fail(row, error)
            case Queued():
                if not self.state.gate.is_open:
                    self._wait_at_gate()
        return None

    async def _rest(self, wait: float) -> None:
        try:
            await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self.state.given_up(now())
            raise

    def _take_over(self, row: Row) -> None:
        """A row whose connection was closed because the server is away."""
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
            self._end(ending)

    def _finish(self, row: Row, response: Any, error: Exception | None, size: int) -> None:
        if self._has_ended:
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
            self._end(error)

    def _end(self, error: BaseException | None) -> None:
        """End the run: hand out what is there, and close the connections in flight."""
        if self._has_ended:
            return
        self._has_ended = self.state.has_ended = self.state.stopping = True
        self._hand_out(self.state.window.flush())
        self._outbox.end(error)
        self._input.close()
        for task in (*self._rows.values(), *self._watchers):
            if task is not asyncio.current_task():
                task.cancel()

    # Watching the server.

    def _watch(self, watching: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(watching)
        self._watchers.add(task)
        task.add_done_callback(self._watchers.discard)

    async def _poll(self) -> None:
        """Read the gauges every second, while the server is there."""
        try:
            while not self._has_ended:
                await asyncio.sleep(POLL_INTERVAL * (1 + POLL_JITTER * random.uniform(-1, 1)))
                if self.state.gate.is_open:
                    self.state.polled(await self._read_gauges(), now())
                    self._pump()
        finally:
            self._end(None)  # the loop shuts down, if this has not ended before

    async def _read_gauges(self) -> Gauges | None:
        try:
            async with asyncio.timeout(POLL_TIMEOUT):
                return await self._caller.call(GAUGES(self._caller.settings, _ONCE))
        except TimeoutError:
            return None
        except VllmError as error:
            self._note_absence(error)
            return None

    def _note_absence(self, error: VllmError) -> None:
        """Close the gate if nobody is there."""
        if isinstance(error, IoError) and error.failure == "refused":
            self.state.gate.close(now(), error)
            self._wait_at_gate()

    def _look(self) -> None:
        """Look at a server whose answers give reason to doubt it, unless somebody does."""
        if self.state.gate.is_open and not self._is_looking and not self._has_ended:
            self._is_looking = True
            self._watch(self._look_soon())

    async def _look_soon(self) -> None:
        try:
            problem = await self._health()
            if problem is None:
                self.state.is_doubtful = False
            elif isinstance(problem, ApiError) or problem.failure == "refused":
                self.state.gate.close(now(), problem)
            await asyncio.sleep(0 if not self.state.gate.is_open else LOOK_INTERVAL)
        finally:
            self._is_looking = False
        if not self.state.gate.is_open:
            self._wait_at_gate()

    def _wait_at_gate(self) -> None:
        if not self._is_looking and not self._has_ended:
            self._is_looking = True
            self._watch(self._until_open())

    async def _until_open(self) -> None:
        """Look at a server that is away until it is back, or patience ends."""
        gate = self.state.gate
        try:
            while not gate.is_open and not self._has_ended:
                await asyncio.sleep(max(0.0, gate.wake_at() - now()))
                if (error := gate.error_at(now())) is not None:
                    self._end(error)
                    return
                if gate.drops_connections(now()):
                    self._drop_connections()
                if now() >= gate.next_look:
                    if await self._health() is None:
                        self.state.server_answered(now())
                    else:
                        gate.look_failed(now())
        finally:
            self._is_looking = False
        self._pump()

    def _drop_connections(self) -> None:
        for row in list(self._sending):
            self._dropped.add(row)
            self._rows[row].cancel()

    async def _health(self) -> ApiError | IoError | None:
        """Why the server cannot be used; None if it can, or answers something else than 503."""
        try:
            healthy = await self._caller.call(HEALTH(self._caller.settings, _LOOK))
        except IoError as error:
            return error
        except VllmError:
            return None
        return None if healthy else ApiError("/health answers 503: its engine is dead", 503)


_ONCE = {"retry": NO_RETRY}
_LOOK = {"retry": NO_RETRY, "timeout": LOOK_SECONDS}


async def send_batch(caller: AsyncCallRunner, batch: BatchRequest) -> BulkAnswer:
    """The answers to the rows of a batch; row by row if the server refuses one of them."""
    if not batch.can_be_sent:
        return batch.answer([])
    try:
        answer: BulkAnswer = await caller.call(batch.together)
        return batch.answer(answer)
    except ApiError as error:
        if not batch.is_refused_for_one(error):
            raise
    found: list[BulkAnswer | ApiError] = []
    for spec in batch.alone():
        try:
            answer = await caller.call(spec)
            found.append(answer)
        except ApiError as error:
            if not batch.is_refused_for_one(error):
                raise
            found.append(error)
    return batch.answer(found)


def _at_most(concurrency: Any, most: int) -> Any:
    """The same, within what connections and descriptors allow."""
    if concurrency.max <= most:
        return concurrency
    return attrs.evolve(concurrency, min=min(concurrency.min, most), max=most)
