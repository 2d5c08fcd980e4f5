# Generated from vllm_client/_async/scaling.py by `python tests/tools/generate_sync.py`.
"""The client's calls for servers of several engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from typing_extensions import Unpack

from ..api.common.options import CallOptions
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


class SyncScalingCalls:
    """Data-parallel engines: their number, their health, their events. All raise VllmError."""

    _caller: SyncCallRunner

    def scale_elastic_ep(
        self, new_data_parallel_size: int, **options: Unpack[ScaleOptions]
    ) -> ScaleResponse:
        """Have so many data-parallel engines from now on; comes back once they are there.

        Never repeated once it may have arrived. Raises ApiError: 408 if running requests did not
        end in time.
        """
        return self._caller.ask(
            scaling.SCALE_ELASTIC_EP,
            {"new_data_parallel_size": new_data_parallel_size, **with_hidden_headers(options)},
        )

    def is_scaling_elastic_ep(self, **call: Unpack[CallOptions]) -> bool:
        """Whether the server scales just now. While it does, vLLM 0.32 answers 503 to every
        request, and this one is no exception: ApiError.
        """
        return self._caller.ask(scaling.IS_SCALING_ELASTIC_EP, call)

    def elastic_ep_status(self, **call: Unpack[CallOptions]) -> ScalingStatus:
        """Whether the server scales just now, and how far it has come (vLLM 0.33 and later)."""
        return self._caller.ask(scaling.ELASTIC_EP_STATUS, call)

    def fault_tolerance_apply(
        self, instruction: Literal["retry"], **options: Unpack[FaultToleranceOptions]
    ) -> FaultToleranceResponse:
        """Have a failed engine mended, on a server with --enable-fault-tolerance.

        Comes back when that was accepted; `fault_tolerance_status()` tells how it went. Never
        repeated once it may have arrived.
        """
        return self._caller.ask(
            scaling.FAULT_TOLERANCE_APPLY,
            {"instruction": instruction, **with_hidden_headers(options)},
        )

    def fault_tolerance_status(self, **call: Unpack[CallOptions]) -> FaultToleranceStatus:
        """How the engines are, on a server with --enable-fault-tolerance."""
        return self._caller.ask(scaling.FAULT_TOLERANCE_STATUS, call)

    def kv_event_sources(self, **call: Unpack[CallOptions]) -> dict[int, KvEventSource]:
        """Data-parallel rank -> where it publishes events of its KV cache; {} without
        --kv-events-config.
        """
        return self._caller.ask(scaling.KV_EVENT_SOURCES, call)
