# Generated from vllm_client/_async/weights.py by `python tests/tools/generate_sync.py`.
"""Update the weights of a running server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from ..api.common.options import CallOptions, GenerationCallOptions
from ..api.common.shown_keywords import shows_keywords
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


@explains_missing_await
@shows_keywords
class SyncWeightCalls:
    """Weight updates from a trainer, for a server with --weight-transfer-config.

    Needs development mode. An update consists of these calls: `init_weight_transfer_engine`,
    `pause`, `start_weight_update`, `update_weights` once per batch of weights,
    `finish_weight_update`, `resume`. Calls that change the server are never repeated if it may
    have received them. All methods raise VllmError.
    """

    _caller: SyncCallRunner

    def init_weight_transfer_engine(
        self, init_info: Mapping[str, Any], **options: Unpack[GenerationCallOptions]
    ) -> WeightUpdateResponse:
        """Connect the workers to the trainer.

        Args:
            init_info: The parameters of the transfer backend.
        """
        return self._caller.ask(
            weights.INIT_WEIGHT_TRANSFER_ENGINE,
            {"init_info": init_info, **with_hidden_headers(options)},
        )

    def shutdown_weight_transfer_engine(
        self, **call: Unpack[CallOptions]
    ) -> WeightUpdateResponse:
        """Disconnect the workers from the trainer."""
        return self._caller.ask(weights.SHUTDOWN_WEIGHT_TRANSFER_ENGINE, call)

    def start_weight_update(self, **call: Unpack[CallOptions]) -> WeightUpdateResponse:
        """Start a weight update."""
        return self._caller.ask(weights.START_WEIGHT_UPDATE, call)

    def start_draft_weight_update(self, **call: Unpack[CallOptions]) -> WeightUpdateResponse:
        """Start a weight update of the draft model of speculative decoding."""
        return self._caller.ask(weights.START_DRAFT_WEIGHT_UPDATE, call)

    def update_weights(
        self, update_info: UpdateInfo, **options: Unpack[GenerationCallOptions]
    ) -> WeightUpdateResponse:
        """Load a batch of weights.

        Args:
            update_info: What the transfer backend needs to fetch the batch; a list for several.
        """
        return self._caller.ask(
            weights.UPDATE_WEIGHTS, {"update_info": update_info, **with_hidden_headers(options)}
        )

    def finish_weight_update(
        self, **options: Unpack[FinishWeightUpdateOptions]
    ) -> WeightUpdateResponse:
        """Finish the weight update and set the version of the weights."""
        return self._caller.ask(weights.FINISH_WEIGHT_UPDATE, options)

    def update_weight_version(
        self, new_version: str, **options: Unpack[GenerationCallOptions]
    ) -> WeightVersionResponse:
        """Set the version of the weights, and change nothing else.

        Args:
            new_version: The version to report from now on.
        """
        return self._caller.ask(
            weights.UPDATE_WEIGHT_VERSION,
            {"new_version": new_version, **with_hidden_headers(options)},
        )

    def weight_info(self, **call: Unpack[CallOptions]) -> WeightInfo:
        """Return the version of the weights."""
        return self._caller.ask(weights.WEIGHT_INFO, call)

    def weight_checker(
        self, action: WeightCheckAction, **options: Unpack[WeightCheckOptions]
    ) -> WeightCheck:
        """Compute or compare checksums of all weights, or set all weights to zero.

        Args:
            action: "checksum" computes checksums, "compare" compares them with `baseline`, and
                "reset" sets all weights to zero, so that a test detects an update without effect.
        """
        return self._caller.ask(
            weights.WEIGHT_CHECKER, {"action": action, **with_hidden_headers(options)}
        )

    def get_world_size(self, **options: Unpack[WorldSizeOptions]) -> int:
        """Return the number of workers: tensor times pipeline times data parallel size."""
        return self._caller.ask(weights.GET_WORLD_SIZE, options)
