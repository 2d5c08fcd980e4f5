"""The generations in progress, and how one of them is aborted."""

import asyncio
import time
from contextlib import suppress
from functools import partial

from attrs import define, field

from .engine.driver import EngineRun
from .socket_steps import Step, Until


@define(eq=False)
class Abort:
    """Whether a generation is to end early.

    `begun`: when the generation began, by the monotonic clock; `run`: its sequences in the engine,
    if the server has one; `requests`: as how many vLLM counts it; `dropped`: how many tokens of its
    stream were not sent for it.
    """

    run: EngineRun | None = None
    requests: int = 1
    begun: float = field(factory=time.monotonic)
    dropped: int = 0
    _event: asyncio.Event = field(factory=asyncio.Event)

    @property
    def has_come(self) -> bool:
        return self._event.is_set()

    def order(self) -> None:
        self._event.set()
        self.end()

    def end(self) -> None:
        """Drop the unfinished sequences."""
        if self.run is not None:
            self.run.end()

    def pause(self, seconds: float) -> tuple[Step, ...]:
        """A pause that an abort ends, or no step at all when it lasts no time."""
        return (Until(partial(self._wait, seconds)),) if seconds > 0 else ()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)


class RunningGenerations:
    """The generations in progress, by their ids."""

    def __init__(self) -> None:
        self._aborts: dict[str, Abort] = {}

    def begin(self, id: str, abort: Abort) -> None:
        self._aborts[id] = abort

    def end(self, id: str, abort: Abort) -> None:
        """Remove a generation whose answer is complete, or whose client has disconnected."""
        abort.end()
        if self._aborts.get(id) is abort:
            del self._aborts[id]

    def abort(self, id: str) -> None:
        """Abort a generation. Like vLLM, do nothing if there is none of this id."""
        if id in self._aborts:
            self._aborts[id].order()

    def abort_all(self) -> int:
        """Abort all generations; return as how many requests vLLM counts them."""
        aborts = [abort for abort in self._aborts.values() if not abort.has_come]
        for abort in aborts:
            abort.order()
        return sum(abort.requests for abort in aborts)
