"""A response that the server has kept."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from attrs import define, field

from ..engine.driver import EngineRun
from ..socket_steps import Delay, Hang, Step, Until
from .responses import Item, messages_of_item

Json = Mapping[str, Any]


@define
class SharedSteps:
    """Steps that several connections play; each of them is made once."""

    _source: Iterator[Step]
    _made: list[Step] = field(factory=list)

    @classmethod
    def of(cls, steps: Iterable[Step]) -> "SharedSteps":
        """These steps; who comes late does not wait for delays that are over."""
        return cls(_without_delays(steps))

    def __iter__(self) -> Iterator[Step]:
        position = 0
        while position < len(self._made) or self._makes_another():
            yield self._made[position]
            position += 1

    def cancel(self) -> None:
        """No more steps are made, and nothing ends the stream: as vLLM 0.33 leaves it."""
        self._source = iter([Hang()])

    def _makes_another(self) -> bool:
        for step in self._source:
            self._made.append(step)
            return True
        return False


def _without_delays(steps: Iterable[Step]) -> Iterator[Step]:
    due = time.monotonic()
    for step in steps:
        if isinstance(step, Delay):
            due += step.seconds
            yield Until(partial(_sleep_until, due))
        else:
            yield step


async def _sleep_until(due: float) -> None:
    await asyncio.sleep(due - time.monotonic())


@define(slots=False)
class StoredResponse:
    """A response, with the conversation that led to it.

    `begun`: as it is before it is ready; `finish` makes it as it is then. It is ready at
    `ready_at`, by the monotonic clock, when its sequences in the engine, if any, have ended as
    well. `steps`: those of its stream, if it was made in the background as one.
    """

    messages: Sequence[Json]
    begun: Item
    finish: Callable[[], Item]
    ready_at: float = field(factory=time.monotonic)
    run: EngineRun | None = None
    steps: SharedSteps | None = None

    @cached_property
    def final(self) -> Item:
        return self.finish()

    @property
    def current(self) -> Item:
        return self.final if self._is_ready else self.begun

    @property
    def _is_ready(self) -> bool:
        ended = self.run is None or self.run.has_ended
        return ended and time.monotonic() >= self.ready_at

    @property
    def conversation(self) -> list[Json]:
        """The messages, and the answer as more of them."""
        answer = (m for item in self.final["output"] for m in messages_of_item(item))
        return [*self.messages, *answer]

    def cancel(self) -> None:
        self.begun = self.final = {**self.begun, "status": "cancelled"}
        if self.run is not None:
            self.run.end()
        if self.steps is not None:
            self.steps.cancel()
