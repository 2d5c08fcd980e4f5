"""How a simulated server is set up."""

from collections.abc import Sequence

from attrs import frozen

from .faults import Fault
from .server_version import VersionBehavior

DEFAULT_MODEL = "simulated"


@frozen
class SimulatorSettings:
    """The settings of `SimulatedVllm`, which explains them."""

    dialect: VersionBehavior
    models: tuple[str, ...] | None = None
    api_keys: tuple[str, ...] = ()
    root_path: str = ""
    max_model_len: int = 32768
    pace: float = 0.0
    keep_alive: float = 5.0
    dev_mode: bool = False
    faults: tuple[Fault, ...] = ()

    @property
    def served_models(self) -> Sequence[str]:
        return self.models or (DEFAULT_MODEL,)

    @property
    def default_model(self) -> str:
        """The name in answers to requests that name no model."""
        return self.served_models[0]
