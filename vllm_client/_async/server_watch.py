"""Watch one server of a run: its metrics while it is up, its health while it is down."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any, Protocol

from .._io.asyncio_.waiting import now
from ..api.common.calls import QueryCall
from ..api.server.status import HEALTH
from ..bulk.concurrency import MAX_MISSED_POLLS, POLL_INTERVAL, POLL_JITTER, POLL_TIMEOUT
from ..bulk.gauges import Gauges, read_gauges
from ..bulk.run_state import RunState
from ..bulk.server_lane import ServerLane
from ..call.response import HttpResponse
from ..call.retry import NO_RETRY
from ..errors import ApiError, IoError, IoTimeout, VllmError
from ..vllm import routes
from .call_runner import AsyncCallRunner

# Timeout of a health check, and min seconds between two checks after suspicious errors.
LOOK_SECONDS = 5.0
LOOK_INTERVAL = 1.0
# Number of consecutive health checks that must time out, without any answered row in between, until
# a server that accepts connections is considered frozen. A busy server answers a row meanwhile.
MAX_TIMEOUTS = 3

_ONCE = {"retry": NO_RETRY}


class WatchedRun(Protocol):
    """The interface of a run to the checks of its server."""

    def pump(self) -> None:
        """Send the rows that have a free slot."""
        ...

    def looked(self, lane: ServerLane) -> None:
        """Record that a server was checked."""
        ...

    def drop_connections(self, lane: ServerLane) -> None:
        """Close the connections in flight to a server; their rows are sent again."""
        ...

    def end(self, error: BaseException | None) -> None:
        """End the run."""
        ...


def _gauges(reply: HttpResponse) -> Gauges | None:
    return read_gauges(reply.text)


GAUGES = QueryCall(routes.METRICS, _gauges)


class ServerWatch:
    """The health checks of one server during a run.

    Attributes:
        tasks: The running checks.
    """

    def __init__(
        self, caller: AsyncCallRunner, lane: ServerLane, state: RunState, run: WatchedRun
    ) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self._caller = caller
        self._lane = lane
        self._state = state
        self._run = run
        self._is_looking = False
        self._polls_timed_out = 0
        self._begin(self._poll())

    def look(self) -> None:
        """Check the health of the server after suspicious errors, unless a check is running."""
        if self._lane.gate.is_open and self._may_look:
            self._is_looking = True
            self._begin(self._look_soon())

    def wait_at_gate(self) -> None:
        """Check a server that is down until it is up again, unless a check is running."""
        if self._may_look:
            self._is_looking = True
            self._begin(self._until_open())

    def stop(self) -> None:
        """Stop all checks, when the run has ended. One of the checks may be the caller."""
        for task in self.tasks - {asyncio.current_task()}:
            task.cancel()

    @property
    def _has_ended(self) -> bool:
        """Whether checks can end; a removed server is checked until its rows have finished."""
        lane = self._lane
        return self._state.has_ended or (lane.is_gone and not lane.controller.in_flight)

    @property
    def _may_look(self) -> bool:
        return not self._is_looking and not self._has_ended

    def _begin(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _poll(self) -> None:
        """Read the gauges of the server every second while it is up."""
        try:
            while not self._has_ended:
                await asyncio.sleep(POLL_INTERVAL * (1 + POLL_JITTER * random.uniform(-1, 1)))
                if self._lane.gate.is_open:
                    self._state.polled(self._lane, await self._read_gauges(), now())
                    self._run.looked(self._lane)
                self._run.pump()
        finally:
            if not self._lane.is_gone:
                self._run.end(None)  # raised if the event loop shuts down first

    async def _read_gauges(self) -> Gauges | None:
        try:
            async with asyncio.timeout(POLL_TIMEOUT):
                gauges = await self._caller.call(GAUGES(self._caller.settings, _ONCE))
        except TimeoutError:
            self._polls_timed_out += 1
            if self._polls_timed_out >= MAX_MISSED_POLLS:
                self.look()  # the server may be frozen
            return None
        except VllmError as error:
            self._note_absence(error)
            return None
        self._polls_timed_out = 0
        return gauges

    def _note_absence(self, error: VllmError) -> None:
        """Stop sending rows to the server if it refuses connections."""
        if isinstance(error, IoError) and error.failure == "refused":
            self._state.server_away(self._lane, error, now())
            self._run.looked(self._lane)
            self.wait_at_gate()

    async def _look_soon(self) -> None:
        gate = self._lane.gate
        try:
            problem = await self._problem()
            if problem is None:
                self._lane.is_doubtful = False
            elif _is_away(problem):
                self._state.server_away(self._lane, problem, now())
                self._run.looked(self._lane)
            await asyncio.sleep(LOOK_INTERVAL if gate.is_open else 0)
        finally:
            self._is_looking = False
        if not gate.is_open:
            self.wait_at_gate()
            self._run.pump()

    async def _problem(self) -> ApiError | IoError | None:
        """Return why the server cannot be used; None if it can.

        Timeouts count only after several in a row without an answered row in between.
        """
        began = now()
        problem = await self._health()
        for _ in range(MAX_TIMEOUTS - 1):
            if not isinstance(problem, IoTimeout):
                break
            problem = await self._health()
        is_busy = isinstance(problem, IoTimeout) and self._lane.answered_at > began
        return None if is_busy else problem

    async def _until_open(self) -> None:
        """Check until the server is up, or until `server_patience` has passed."""
        state, lane, gate = self._state, self._lane, self._lane.gate
        try:
            while not gate.is_open and not self._has_ended:
                wake_at = gate.wake_at(state.meter.last_success)
                await asyncio.sleep(max(0.0, wake_at - now()))
                if (error := state.out_of_patience(lane, now())) is not None:
                    self._run.end(error)
                    return
                if gate.drops_connections(now()):
                    self._run.drop_connections(lane)
                if now() >= gate.next_look:
                    await self._look_at_absent()
        finally:
            self._is_looking = False
        self._run.pump()

    async def _look_at_absent(self) -> None:
        if await self._health() is None:
            self._state.server_answered(self._lane, now())
            self._run.looked(self._lane)
        else:
            self._lane.gate.look_failed(now())

    async def _health(self) -> ApiError | IoError | None:
        """Check once: return why the server cannot be used; None for any status but 503."""
        look = {"retry": NO_RETRY, "timeout": LOOK_SECONDS}
        try:
            healthy = await self._caller.call(HEALTH(self._caller.settings, look))
        except IoError as error:
            return error
        except VllmError:
            return None
        return (
            None
            if healthy
            else ApiError(f"{routes.HEALTH.path} answers 503: its engine is dead", 503)
        )


def _is_away(problem: ApiError | IoError) -> bool:
    """Whether an error means that the server is down; a single broken connection does not."""
    return isinstance(problem, ApiError | IoTimeout) or problem.failure == "refused"
