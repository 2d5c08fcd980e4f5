"""The settings of a simulated server."""

from collections.abc import Sequence
from typing import Literal, get_args

from attrs import field, frozen
from attrs.validators import optional

from .choices import one_of
from .engine.settings import Engine
from .faults import Fault
from .server_version import VersionBehavior

DEFAULT_MODEL = "simulated"

Task = Literal["generate", "embed", "score", "classify", "transcription"]
"""The task of a server's model, which determines its routes."""


@frozen
class SimulatorSettings:
    """The settings of a server; `SimulatedVllm` documents them."""

    dialect: VersionBehavior
    task: Task | None = field(default=None, validator=optional(one_of(get_args(Task))))
    models: tuple[str, ...] | None = None
    api_keys: tuple[str, ...] = ()
    root_path: str = ""
    max_model_len: int = 32768
    pace: float = 0.0
    engine: Engine | None = None
    keep_alive: float = 5.0
    dev_mode: bool = False
    response_store: bool = False
    embedding_size: int = 384
    labels: tuple[str, ...] = ("LABEL_0", "LABEL_1")
    faults: tuple[Fault, ...] = ()

    @property
    def served_models(self) -> Sequence[str]:
        return self.models or (DEFAULT_MODEL,)

    @property
    def default_model(self) -> str:
        """The model name in answers to requests without one."""
        return self.served_models[0]

    @property
    def description(self) -> list[str]:
        """The settings as lines to print."""
        parsers = {"reasoning": self.dialect.reasoning_parser, "tools": self.dialect.tool_parser}
        lines = {
            "version": self.dialect.version,
            "task": self.task or "all",
            "models": ", ".join(self.models) if self.models else "any",
            "parsers": ", ".join(name for name, parsed in parsers.items() if parsed) or "none",
            "max_model_len": self.max_model_len,
            "API key": "required" if self.api_keys else "not required",
            "pace": f"{self.pace} s before each token" if self.pace else "at once",
            "engine": "none" if self.engine is None else self.engine.description,
            "dev mode": "on" if self.dev_mode else "off",
            "responses": "stored" if self.response_store else "not stored",
            "vectors": f"{self.embedding_size} numbers",
            "labels": ", ".join(self.labels),
            "faults": ", ".join(map(str, self.faults)) or "none",
        }
        return [f"  {name}: {value}" for name, value in lines.items()]
