# Generated from vllm_client/_async/scaling.py by `python tests/tools/generate_sync.py`.
"""Manage the data-parallel engines of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from ..api.common.options import CallOptions
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import with_hidden_headers
from .call_runner import SyncCallRunner
from .lazy_module import LazyModule

if TYPE_CHECKING:
    from ..api.control import scaling
    from ..api.control.scaling import (
        FaultToleranceOptions,
        FaultToleranceResponse,
        FaultToleranceStatus,
        KvEventSource,
        ScaleOptions,
        ScaleResponse,
        ScalingStatus,
    )
else:
    scaling = LazyModule("api.control.scaling")


@explains_missing_await
@shows_keywords
class SyncScalingCalls:
    """Number, health and events of data-parallel engines. All methods raise VllmError."""

    _caller: SyncCallRunner

    def scale_elastic_ep(
        self, new_data_parallel_size: int, **options: Unpack[ScaleOptions]
    ) -> ScaleResponse:
        """Change the number of data-parallel engines, and wait until they are ready.

        Never repeated if the server may have received it.

        Args:
            new_data_parallel_size: The new number of engines.

        Raises:
            ApiError: With code 408 if running requests did not end in time.
        """
        return self._caller.ask(
            scaling.SCALE_ELASTIC_EP,
            {"new_data_parallel_size": new_data_parallel_size, **with_hidden_headers(options)},
        )

    def is_scaling_elastic_ep(self, **call: Unpack[CallOptions]) -> bool:
        """Return whether the server is scaling.

        Raises:
            ServerUnavailableError: vLLM 0.32 rejects every request while it scales, this one
                included.
        """
        return self._caller.ask(scaling.IS_SCALING_ELASTIC_EP, call)

    def elastic_ep_status(self, **call: Unpack[CallOptions]) -> ScalingStatus:
        """Return whether the server is scaling, with its progress (vLLM 0.33 and later)."""
        return self._caller.ask(scaling.ELASTIC_EP_STATUS, call)

    def fault_tolerance_apply(
        self, instruction: Literal["retry"], **options: Unpack[FaultToleranceOptions]
    ) -> FaultToleranceResponse:
        """Start the recovery of failed engines, on a server with --enable-fault-tolerance.

        Returns when the server has accepted the instruction; `fault_tolerance_status()` shows the
        result. Never repeated if the server may have received it.

        Args:
            instruction: "retry".
        """
        return self._caller.ask(
            scaling.FAULT_TOLERANCE_APPLY,
            {"instruction": instruction, **with_hidden_headers(options)},
        )

    def fault_tolerance_status(self, **call: Unpack[CallOptions]) -> FaultToleranceStatus:
        """Return the state of the engines, on a server with --enable-fault-tolerance."""
        return self._caller.ask(scaling.FAULT_TOLERANCE_STATUS, call)

    def kv_event_sources(self, **call: Unpack[CallOptions]) -> dict[int, KvEventSource]:
        """Return where each data-parallel rank publishes events of its KV cache, by rank.

        Empty without --kv-events-config.
        """
        return self._caller.ask(scaling.KV_EVENT_SOURCES, call)
