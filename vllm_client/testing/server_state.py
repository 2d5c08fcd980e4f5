"""The state of a running simulated server."""

import asyncio
import time
from collections.abc import Sequence

from attrs import define, field

from ..vllm.routes import Route
from .abort import RunningGenerations
from .activity import Activity
from .engine.driver import EngineDriver
from .families.stored_response import StoredResponse
from .settings import SimulatorSettings
from .tokenizer import Tokenizer


def _open_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@define
class ServerState:
    """Settings, counters, the numbers of tokens, and what requests have changed.

    `adapters`: the LoRA adapters that are loaded, by name, with their paths. `held`: why
    generations wait: "paused", "sleeping"; `released` is unset while they do. `responses`: those
    that the Responses API stores, by id. `engine`: the engine model, if the server has one.
    `routes`: those that it has. `running`: the generations that are being answered. `paused`: by
    /pause, and `refuses`: whether new ones are refused for it. `updates_weights`, `profiles`:
    whether an update of the weights or a session of the profiler has begun.
    """

    settings: SimulatorSettings
    activity: Activity
    vocabulary: Tokenizer = field(factory=Tokenizer)
    adapters: dict[str, str] = field(factory=dict)
    held: set[str] = field(factory=set)
    released: asyncio.Event = field(factory=_open_event)
    weight_version: str = "default"
    running: RunningGenerations = field(factory=RunningGenerations)
    paused: bool = False
    refuses: bool = False
    updates_weights: bool = False
    profiles: bool = False
    routes: Sequence[Route] = ()
    responses: dict[str, StoredResponse] = field(factory=dict)
    engine: EngineDriver | None = None
    process_started: float = field(factory=time.time)

    @property
    def model_names(self) -> Sequence[str] | None:
        """The only names that a request may have; None: any."""
        models = self.settings.models
        return None if models is None else (*models, *self.adapters)

    def hold(self, reason: str, value: bool) -> None:
        """Lets generations wait for this reason, or no longer."""
        if value:
            self.held.add(reason)
            self.released.clear()
        else:
            self.held.discard(reason)
            if not self.held:
                self.released.set()
        if self.engine is not None:
            self.engine.hold(bool(self.held))
