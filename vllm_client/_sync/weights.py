# Generated from vllm_client/_async/weights.py by `python tests/tools/generate_sync.py`.
"""The client's calls that change weights while the server runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from ..api.common.options import CallOptions, GenerationCallOptions
from ..call.option_checks import with_hidden_headers
from .call_runner import SyncCallRunner
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


class SyncWeightCalls:
    """Weights from a trainer, for a server in dev mode with --weight-transfer-config.

    One update is: init_weight_transfer_engine, pause, start_weight_update, update_weights as often
    as there are batches, finish_weight_update, resume. Calls that change something are never
    repeated once they may have arrived. All raise VllmError.
    """

    _caller: SyncCallRunner

    def init_weight_transfer_engine(
        self, init_info: Mapping[str, Any], **options: Unpack[GenerationCallOptions]
    ) -> WeightUpdateResponse:
        """Connect the workers with the trainer.

        init_info: what the backend needs for that.
        """
        return self._caller.ask(
            weights.INIT_WEIGHT_TRANSFER_ENGINE,
            {"init_info": init_info, **with_hidden_headers(options)},
        )

    def shutdown_weight_transfer_engine(
        self, **call: Unpack[CallOptions]
    ) -> WeightUpdateResponse:
        """Part from the trainer."""
        return self._caller.ask(weights.SHUTDOWN_WEIGHT_TRANSFER_ENGINE, call)

    def start_weight_update(self, **call: Unpack[CallOptions]) -> WeightUpdateResponse:
        """Begin an update."""
        return self._caller.ask(weights.START_WEIGHT_UPDATE, call)

    def start_draft_weight_update(self, **call: Unpack[CallOptions]) -> WeightUpdateResponse:
        """Begin an update of the draft model of speculative decoding."""
        return self._caller.ask(weights.START_DRAFT_WEIGHT_UPDATE, call)

    def update_weights(
        self, update_info: UpdateInfo, **options: Unpack[GenerationCallOptions]
    ) -> WeightUpdateResponse:
        """Take over a batch of weights.

        update_info: what the backend needs to fetch it; a list for several.
        """
        return self._caller.ask(
            weights.UPDATE_WEIGHTS, {"update_info": update_info, **with_hidden_headers(options)}
        )

    def finish_weight_update(
        self, **options: Unpack[FinishWeightUpdateOptions]
    ) -> WeightUpdateResponse:
        """End the update, and give the weights a version."""
        return self._caller.ask(weights.FINISH_WEIGHT_UPDATE, options)

    def update_weight_version(
        self, new_version: str, **options: Unpack[GenerationCallOptions]
    ) -> WeightVersionResponse:
        """Give the weights a version, and change nothing else."""
        return self._caller.ask(
            weights.UPDATE_WEIGHT_VERSION,
            {"new_version": new_version, **with_hidden_headers(options)},
        )

    def weight_info(self, **call: Unpack[CallOptions]) -> WeightInfo:
        """The version of the weights."""
        return self._caller.ask(weights.WEIGHT_INFO, call)

    def weight_checker(
        self, action: WeightCheckAction, **options: Unpack[WeightCheckOptions]
    ) -> WeightCheck:
        """Checksum all weights, or compare them with checksums (`baseline`). "reset" sets every
        weight to zero, so that a test can tell an update that did nothing.
        """
        return self._caller.ask(
            weights.WEIGHT_CHECKER, {"action": action, **with_hidden_headers(options)}
        )

    def get_world_size(self, **options: Unpack[WorldSizeOptions]) -> int:
        """How many workers the model runs on: tensor times pipeline times data parallel."""
        return self._caller.ask(weights.GET_WORLD_SIZE, options)
