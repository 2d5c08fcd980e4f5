"""The client's calls that change weights while the server runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from ..api.common.options import CallOptions, GenerationCallOptions
from ..call.option_checks import with_hidden_headers
from .call_runner import AsyncCallRunner
from .lazy_module import LazyModule

if TYPE_CHECKING:
    from ..api.control import weights
    from ..api.control.weights import (
        FinishWeightUpdateOptions,
        UpdateInfo,
        WeightCheck,
        WeightCheckAction,
        WeightCheckOptions,
        WeightInfo,
        WeightUpdateResponse,
        WeightVersionResponse,
        WorldSizeOptions,
    )
else:
    weights = LazyModule("api.control.weights")


class AsyncWeightCalls:
    """Weights from a trainer, for a server in dev mode with --weight-transfer-config.

    One update is: init_weight_transfer_engine, pause, start_weight_update, update_weights as often
    as there are batches, finish_weight_update, resume. Calls that change something are never
    repeated once they may have arrived. All raise VllmError.
    """

    _caller: AsyncCallRunner

    async def init_weight_transfer_engine(
        self, init_info: Mapping[str, Any], **options: Unpack[GenerationCallOptions]
    ) -> WeightUpdateResponse:
        """Connect the workers with the trainer.

        init_info: what the backend needs for that.
        """
        return await self._caller.ask(
            weights.INIT_WEIGHT_TRANSFER_ENGINE,
            {"init_info": init_info, **with_hidden_headers(options)},
        )

    async def shutdown_weight_transfer_engine(
        self, **call: Unpack[CallOptions]
    ) -> WeightUpdateResponse:
        """Part from the trainer."""
        return await self._caller.ask(weights.SHUTDOWN_WEIGHT_TRANSFER_ENGINE, call)

    async def start_weight_update(self, **call: Unpack[CallOptions]) -> WeightUpdateResponse:
        """Begin an update."""
        return await self._caller.ask(weights.START_WEIGHT_UPDATE, call)

    async def start_draft_weight_update(self, **call: Unpack[CallOptions]) -> WeightUpdateResponse:
        """Begin an update of the draft model of speculative decoding."""
        return await self._caller.ask(weights.START_DRAFT_WEIGHT_UPDATE, call)

    async def update_weights(
        self, update_info: UpdateInfo, **options: Unpack[GenerationCallOptions]
    ) -> WeightUpdateResponse:
        """Take over a batch of weights.

        update_info: what the backend needs to fetch it; a list for several.
        """
        return await self._caller.ask(
            weights.UPDATE_WEIGHTS, {"update_info": update_info, **with_hidden_headers(options)}
        )

    async def finish_weight_update(
        self, **options: Unpack[FinishWeightUpdateOptions]
    ) -> WeightUpdateResponse:
        """End the update, and give the weights a version."""
        return await self._caller.ask(weights.FINISH_WEIGHT_UPDATE, options)

    async def update_weight_version(
        self, new_version: str, **options: Unpack[GenerationCallOptions]
    ) -> WeightVersionResponse:
        """Give the weights a version, and change nothing else."""
        return await self._caller.ask(
            weights.UPDATE_WEIGHT_VERSION,
            {"new_version": new_version, **with_hidden_headers(options)},
        )

    async def weight_info(self, **call: Unpack[CallOptions]) -> WeightInfo:
        """The version of the weights."""
        return await self._caller.ask(weights.WEIGHT_INFO, call)

    async def weight_checker(
        self, action: WeightCheckAction, **options: Unpack[WeightCheckOptions]
    ) -> WeightCheck:
        """Checksum all weights, or compare them with checksums (`baseline`). "reset" sets every
        weight to zero, so that a test can tell an update that did nothing.
        """
        return await self._caller.ask(
            weights.WEIGHT_CHECKER, {"action": action, **with_hidden_headers(options)}
        )

    async def get_world_size(self, **options: Unpack[WorldSizeOptions]) -> int:
        """How many workers the model runs on: tensor times pipeline times data parallel."""
        return await self._caller.ask(weights.GET_WORLD_SIZE, options)
