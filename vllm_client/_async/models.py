"""`client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
from ..api.common.options import CallOptions
from ..api.common.shown_keywords import shows_keywords
from .call_runner import AsyncCallRunner
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
class AsyncModels:
    """GET /v1/models."""

    def __init__(self, caller: AsyncCallRunner) -> None:
        self._caller = caller

    async def retrieve(self, model: str, **call: Unpack[CallOptions]) -> Model:
        """Return a model or LoRA adapter by its name.

        Args:
            model: The name of the model.

        Raises:
            NotFoundError: The server does not offer it.
        """
        return await self._caller.ask(models.retrieve(model), call)

    async def list(self, **call: Unpack[CallOptions]) -> ModelList:
        """Return the models that the server offers. Raises VllmError."""
        return await self._caller.ask(models.LIST, call)
