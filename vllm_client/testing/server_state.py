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
    """The state of a running server, which its routes share and change.

    Attributes:
        settings: The settings.
        activity: The counters.
        vocabulary: The token ids.
        adapters: The paths of the loaded LoRA adapters, by name.
        held: Why generations wait: "paused", "sleeping".
        released: Event that is cleared while generations wait.
        weight_version: The version of the weights.
        running: The generations in progress.
        paused: Whether the server was paused by /pause.
        refuses: Whether the paused server rejects new requests.
        updates_weights: Whether a weight update is in progress.
        profiles: Whether a profiler session is in progress.
        routes: The routes of the server.
        responses: The stored responses, by id.
        engine: The engine model, if the server has one.
        process_started: When the server was started, as a Unix time.
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
        """The valid model names; None if all are valid."""
        models = self.settings.models
        return None if models is None else (*models, *self.adapters)

    def hold(self, reason: str, value: bool) -> None:
        """Add or remove a reason for which generations wait."""
        if value:
            self.held.add(reason)
            self.released.clear()
        else:
            self.held.discard(reason)
            if not self.held:
                self.released.set()
        if self.engine is not None:
            self.engine.hold(bool(self.held))
