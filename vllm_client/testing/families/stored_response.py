"""A response in the server's response store."""

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
    """Steps that several connections run; each step is created once."""

    _source: Iterator[Step]
    _made: list[Step] = field(factory=list)

    @classmethod
    def of(cls, steps: Iterable[Step]) -> "SharedSteps":
        """Share these steps. Late readers do not wait for delays that are already over."""
        return cls(_without_delays(steps))

    def __iter__(self) -> Iterator[Step]:
        position = 0
        while position < len(self._made) or self._makes_another():
            yield self._made[position]
            position += 1

    def cancel(self) -> None:
        """Create no more steps. The stream stays open, as in vLLM 0.33."""
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
    """A stored response with the conversation that led to it.

    Attributes:
        messages: The conversation, as chat messages.
        begun: The response before it is ready.
        finish: Function that returns the finished response.
        ready_at: When the response is ready, on the monotonic clock; its engine sequences, if any,
            must have ended too.
        run: Its sequences in the engine, if the server has one.
        steps: The steps of its stream, if it was created with both background and stream.
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
        """The messages, followed by the answer as messages."""
        answer = (m for item in self.final["output"] for m in messages_of_item(item))
        return [*self.messages, *answer]

    def cancel(self) -> None:
        self.begun = self.final = {**self.begun, "status": "cancelled"}
        if self.run is not None:
            self.run.end()
        if self.steps is not None:
            self.steps.cancel()
