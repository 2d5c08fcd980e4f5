# Generated from vllm_client/_async/models.py by `python tests/tools/generate_sync.py`.
"""`client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from ..api.common.options import CallOptions
from ..api.common.shown_keywords import shows_keywords
from .call_runner import SyncCallRunner
from .lazy_module import LazyModule

if TYPE_CHECKING:
    from ..api.server import models
    from ..api.server.models import (
        Model,
        ModelList,
    )
else:
    models = LazyModule("api.server.models")


@explains_missing_await
@shows_keywords
class SyncModels:
    """GET /v1/models."""

    def __init__(self, caller: SyncCallRunner) -> None:
        self._caller = caller

    def retrieve(self, model: str, **call: Unpack[CallOptions]) -> Model:
        """Return a model or LoRA adapter by its name.

        Args:
            model: The name of the model.

        Raises:
            NotFoundError: The server does not offer it.
        """
        return self._caller.ask(models.retrieve(model), call)

    def list(self, **call: Unpack[CallOptions]) -> ModelList:
        """Return the models that the server offers. Raises VllmError."""
        return self._caller.ask(models.LIST, call)
