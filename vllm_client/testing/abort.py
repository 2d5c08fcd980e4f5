"""Generations in progress, and how to abort them."""

import asyncio
import time
from contextlib import suppress
from functools import partial

from attrs import define, field

from .engine.driver import EngineRun
from .socket_steps import Step, Until


@define(eq=False)
class Abort:
    """Signal that ends a generation early.

    Attributes:
        run: The generation's sequences in the engine, if the server has one.
        requests: How many requests vLLM counts for this generation.
        begun: When the generation began, on the monotonic clock.
        dropped: How many tokens of the stream were not sent because of the abort.
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
        """Drop the unfinished sequences from the engine."""
        if self.run is not None:
            self.run.end()

    def pause(self, seconds: float) -> tuple[Step, ...]:
        """Return steps that wait for `seconds` or until an abort; no steps if `seconds` is 0."""
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
        """Abort a generation. Like vLLM, ignore an unknown id."""
        if id in self._aborts:
            self._aborts[id].order()

    def abort_all(self) -> int:
        """Abort all generations and return how many requests vLLM counts for them."""
        aborts = [abort for abort in self._aborts.values() if not abort.has_come]
        for abort in aborts:
            abort.order()
        return sum(abort.requests for abort in aborts)
