"""Watch the server of a run: its gauges while it is up, its health while it is away.

For several servers there would be one of these for each.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any, Protocol

from .._io.asyncio_.waiting import now
from ..api.common.calls import QueryCall
from ..api.server.status import HEALTH
from ..bulk.concurrency import POLL_INTERVAL, POLL_JITTER, POLL_TIMEOUT
from ..bulk.gauges import Gauges, read_gauges
from ..bulk.run_state import RunState
from ..call.response import HttpResponse
from ..call.retry import NO_RETRY
from ..errors import ApiError, IoError, VllmError
from ..vllm import routes
from .call_runner import AsyncCallRunner

# Timeout of a health check, and the shortest time between two checks after suspicious errors.
LOOK_SECONDS = 5.0
LOOK_INTERVAL = 1.0

_ONCE = {"retry": NO_RETRY}
_LOOK = {"retry": NO_RETRY, "timeout": LOOK_SECONDS}


class WatchedRun(Protocol):
    """The run whose server is watched."""

    def pump(self) -> None:
        """Send what may be sent now."""
        ...

    def drop_connections(self) -> None:
        """Close the connections in flight; their rows are sent again."""
        ...

    def end(self, error: BaseException | None) -> None:
        """End the run."""
        ...


def _gauges(reply: HttpResponse) -> Gauges | None:
    return read_gauges(reply.text)


GAUGES = QueryCall(routes.METRICS, _gauges)


class ServerWatch:
    """The looks at one server, from the start of a run to its end.

    tasks: those that look at this moment.
    """

    def __init__(self, caller: AsyncCallRunner, state: RunState, run: WatchedRun) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self._caller = caller
        self._state = state
        self._run = run
        self._is_looking = False
        self._begin(self._poll())

    def look(self) -> None:
        """Check the health of a server after suspicious errors, unless a check is under way."""
        if self._state.gate.is_open and self._may_look:
            self._is_looking = True
            self._begin(self._look_soon())

    def wait_at_gate(self) -> None:
        """Check a server that is away until it is back, unless a check is under way."""
        if self._may_look:
            self._is_looking = True
            self._begin(self._until_open())

    def stop(self) -> None:
        """Look no more; called as the run has ended, perhaps by one of the tasks."""
        for task in self.tasks - {asyncio.current_task()}:
            task.cancel()

    @property
    def _may_look(self) -> bool:
        return not self._is_looking and not self._state.has_ended

    def _begin(self, looking: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(looking)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _poll(self) -> None:
        """Read the gauges every second, while the server is there."""
        try:
            while not self._state.has_ended:
                await asyncio.sleep(POLL_INTERVAL * (1 + POLL_JITTER * random.uniform(-1, 1)))
                if self._state.gate.is_open:
                    self._state.polled(await self._read_gauges(), now())
                    self._run.pump()
        finally:
            self._run.end(None)  # the loop shuts down, if this has not ended before

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
        """Close the gate if the server refuses connections."""
        if isinstance(error, IoError) and error.failure == "refused":
            self._state.gate.close(now(), error)
            self.wait_at_gate()

    async def _look_soon(self) -> None:
        gate = self._state.gate
        try:
            problem = await self._health()
            if problem is None:
                self._state.is_doubtful = False
            elif isinstance(problem, ApiError) or problem.failure == "refused":
                gate.close(now(), problem)
            await asyncio.sleep(LOOK_INTERVAL if gate.is_open else 0)
        finally:
            self._is_looking = False
        if not gate.is_open:
            self.wait_at_gate()

    async def _until_open(self) -> None:
        """Check until the server is back, or `server_patience` is over."""
        state, gate = self._state, self._state.gate
        try:
            while not gate.is_open and not state.has_ended:
                await asyncio.sleep(max(0.0, gate.wake_at() - now()))
                if (error := gate.error_at(now())) is not None:
                    self._run.end(error)
                    return
                if gate.drops_connections(now()):
                    self._run.drop_connections()
                if now() >= gate.next_look:
                    await self._look_at_absent()
        finally:
            self._is_looking = False
        self._run.pump()

    async def _look_at_absent(self) -> None:
        if await self._health() is None:
            self._state.server_answered(now())
        else:
            self._state.gate.look_failed(now())

    async def _health(self) -> ApiError | IoError | None:
        """Why the server cannot be used; None if it can, or answers something else than 503."""
        try:
            healthy = await self._caller.call(HEALTH(self._caller.settings, _LOOK))
        except IoError as error:
            return error
        except VllmError:
            return None
        return (
            None
            if healthy
            else ApiError(f"{routes.HEALTH.path} answers 503: its engine is dead", 503)
        )
