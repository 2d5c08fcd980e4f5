# Generated from vllm_client/_async/scaling.py by `python tests/tools/generate_sync.py`.
"""The client's calls for servers of several engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from typing_extensions import Unpack

from ..api.common.options import CallOptions
from .call_runner import SyncCallRunner

if TYPE_CHECKING:
    from ..api.control.scaling import (
        FaultToleranceOptions,
        FaultToleranceResponse,
        FaultToleranceStatus,
        KvEventSource,
        ScaleOptions,
        ScaleResponse,
    )


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
        from ..api.control.scaling import build_scale_elastic_ep

        settings = self._caller.settings
        spec = build_scale_elastic_ep(settings, new_data_parallel_size, options)
        return self._caller.call(spec)

    def is_scaling_elastic_ep(self, **call: Unpack[CallOptions]) -> bool:
        """Whether the server scales just now. While it does, vLLM 0.32 answers 503 to every
        request, and this one is no exception: ApiError.
        """
        from ..api.control.scaling import build_is_scaling_elastic_ep

        return self._caller.call(build_is_scaling_elastic_ep(self._caller.settings, call))

    def fault_tolerance_apply(
        self, instruction: Literal["retry"], **options: Unpack[FaultToleranceOptions]
    ) -> FaultToleranceResponse:
        """Have a failed engine mended, on a server with --enable-fault-tolerance.

        Comes back when that was accepted; `fault_tolerance_status()` tells how it went. Never
        repeated once it may have arrived.
        """
        from ..api.control.scaling import build_fault_tolerance_apply

        settings = self._caller.settings
        spec = build_fault_tolerance_apply(settings, instruction, options)
        return self._caller.call(spec)

    def fault_tolerance_status(self, **call: Unpack[CallOptions]) -> FaultToleranceStatus:
        """How the engines are, on a server with --enable-fault-tolerance."""
        from ..api.control.scaling import build_fault_tolerance_status

        return self._caller.call(build_fault_tolerance_status(self._caller.settings, call))

    def kv_event_sources(self, **call: Unpack[CallOptions]) -> dict[int, KvEventSource]:
        """Data-parallel rank -> where it publishes events of its KV cache; {} without
        --kv-events-config.
        """
        from ..api.control.scaling import build_kv_event_sources

        return self._caller.call(build_kv_event_sources(self._caller.settings, call))
