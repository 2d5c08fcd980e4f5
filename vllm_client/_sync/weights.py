# Generated from vllm_client/_async/weights.py by `python tests/tools/generate_sync.py`.
"""The client's calls that change weights while the server runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from ..api.common.options import CallOptions, GenerationCallOptions
from .call_runner import SyncCallRunner

if TYPE_CHECKING:
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
        from ..api.control.weights import build_init_weight_transfer_engine

        spec = build_init_weight_transfer_engine(self._caller.settings, init_info, options)
        return self._caller.call(spec)

    def shutdown_weight_transfer_engine(
        self, **call: Unpack[CallOptions]
    ) -> WeightUpdateResponse:
        """Part from the trainer."""
        from ..api.control.weights import build_shutdown_weight_transfer_engine

        spec = build_shutdown_weight_transfer_engine(self._caller.settings, call)
        return self._caller.call(spec)

    def start_weight_update(self, **call: Unpack[CallOptions]) -> WeightUpdateResponse:
        """Begin an update."""
        from ..api.control.weights import build_start_weight_update

        return self._caller.call(build_start_weight_update(self._caller.settings, call))

    def start_draft_weight_update(self, **call: Unpack[CallOptions]) -> WeightUpdateResponse:
        """Begin an update of the draft model of speculative decoding."""
        from ..api.control.weights import build_start_draft_weight_update

        return self._caller.call(build_start_draft_weight_update(self._caller.settings, call))

    def update_weights(
        self, update_info: UpdateInfo, **options: Unpack[GenerationCallOptions]
    ) -> WeightUpdateResponse:
        """Take over a batch of weights.

        update_info: what the backend needs to fetch it; a list for several.
        """
        from ..api.control.weights import build_update_weights

        spec = build_update_weights(self._caller.settings, update_info, options)
        return self._caller.call(spec)

    def finish_weight_update(
        self, **options: Unpack[FinishWeightUpdateOptions]
    ) -> WeightUpdateResponse:
        """End the update, and give the weights a version."""
        from ..api.control.weights import build_finish_weight_update

        return self._caller.call(build_finish_weight_update(self._caller.settings, options))

    def update_weight_version(
        self, new_version: str, **options: Unpack[GenerationCallOptions]
    ) -> WeightVersionResponse:
        """Give the weights a version, and change nothing else."""
        from ..api.control.weights import build_update_weight_version

        spec = build_update_weight_version(self._caller.settings, new_version, options)
        return self._caller.call(spec)

    def weight_info(self, **call: Unpack[CallOptions]) -> WeightInfo:
        """The version of the weights."""
        from ..api.control.weights import build_weight_info

        return self._caller.call(build_weight_info(self._caller.settings, call))

    def weight_checker(
        self, action: WeightCheckAction, **options: Unpack[WeightCheckOptions]
    ) -> WeightCheck:
        """Checksum all weights, or compare them with checksums (`baseline`). "reset" sets every
        weight to zero, so that a test can tell an update that did nothing.
        """
        from ..api.control.weights import build_weight_checker

        spec = build_weight_checker(self._caller.settings, action, options)
        return self._caller.call(spec)

    def get_world_size(self, **options: Unpack[WorldSizeOptions]) -> int:
        """How many workers the model runs on: tensor times pipeline times data parallel."""
        from ..api.control.weights import build_get_world_size

        return self._caller.call(build_get_world_size(self._caller.settings, options))
