"""Generations that are running, and how one of them ends early."""

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
    """Those whose answers are in the making, by their ids."""

    def __init__(self) -> None:
        self._aborts: dict[str, Abort] = {}

    def begin(self, id: str, abort: Abort) -> None:
        self._aborts[id] = abort

    def end(self, id: str, abort: Abort) -> None:
        """Takes note of an answer's end: it is whole, or its client has left."""
        abort.end()
        if self._aborts.get(id) is abort:
            del self._aborts[id]

    def abort(self, id: str) -> None:
        """End this one; an id that is not running is none of vLLM's concern."""
        if id in self._aborts:
            self._aborts[id].order()

    def abort_all(self) -> int:
        """End all, and return how many requests that were to vLLM."""
        aborts = [abort for abort in self._aborts.values() if not abort.has_come]
        for abort in aborts:
            abort.order()
        return sum(abort.requests for abort in aborts)
