"""A response that the server has kept."""

import time
from collections.abc import Mapping
from typing import Any

from attrs import define, field

from ..socket_steps import Event
from .responses import Item, messages_of_item

Json = Mapping[str, Any]


@define
class StoredResponse:
    """A response, with the conversation that led to it.

    `begun`: as it is before `ready_at`, by the monotonic clock, and `final`, as it is then;
    `events`: those of its stream, if it was made in the background as one.
    """

    messages: list[Json]
    begun: Item
    final: Item
    ready_at: float
    events: list[Event] = field(factory=list)

    @property
    def wait(self) -> float:
        """Seconds until it is ready."""
        return max(0.0, self.ready_at - time.monotonic())

    @property
    def current(self) -> Item:
        return self.begun if self.wait else self.final

    @property
    def conversation(self) -> list[Json]:
        """The messages, and the answer as more of them."""
        answer = (m for item in self.final["output"] for m in messages_of_item(item))
        return [*self.messages, *answer]

    def cancel(self) -> None:
        self.begun = self.final = {**self.begun, "status": "cancelled"}
