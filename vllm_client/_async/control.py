"""Control a server in development mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
from ..api.common.options import CallOptions, GenerationCallOptions, Strings
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import with_hidden_headers
from .call_runner import AsyncCallRunner
from .lazy_module import LazyModule

if TYPE_CHECKING:
    from ..api.control import dev_mode
    from ..api.control.dev_mode import (
        AbortResponse,
        CollectiveRpcOptions,
        PauseOptions,
        ResetPrefixCacheOptions,
        SleepOptions,
        SleepResponse,
        StartProfileOptions,
        StatusResponse,
        WakeUpOptions,
        WakeUpResponse,
    )
else:
    dev_mode = LazyModule("api.control.dev_mode")


@explains_missing_await
@shows_keywords
class AsyncControlCalls:
    """Control of a server in development mode (VLLM_SERVER_DEV_MODE=1).

    Calls that change the server use a new connection, and are never repeated if the server may
    have received them. All methods raise VllmError.
    """

    _caller: AsyncCallRunner

    async def sleep(self, **options: Unpack[SleepOptions]) -> SleepResponse:
        """Put the server to sleep, which frees memory of the GPU and stops generation.

        Needs a server with --enable-sleep-mode. Requests wait until `wake_up()`.
        """
        return await self._caller.ask(dev_mode.SLEEP, options)

    async def wake_up(self, **options: Unpack[WakeUpOptions]) -> WakeUpResponse:
        """Wake the server from sleep, or restore a part of its memory."""
        return await self._caller.ask(dev_mode.WAKE_UP, options)

    async def is_sleeping(self, **call: Unpack[CallOptions]) -> bool:
        """Return whether the server sleeps; vLLM 0.32 also reports True while it is paused."""
        return await self._caller.ask(dev_mode.IS_SLEEPING, call)

    async def release_kv_cache_memory(self, **call: Unpack[CallOptions]) -> StatusResponse:
        """Free the memory of the KV cache, after `sleep(level=0)`.

        `wake_up(tags=["kv_cache"])` allocates it again.
        """
        return await self._caller.ask(dev_mode.RELEASE_KV_CACHE_MEMORY, call)

    async def pause(self, **options: Unpack[PauseOptions]) -> StatusResponse:
        """Pause generation, for example to change weights. Requests wait until `resume()`."""
        return await self._caller.ask(dev_mode.PAUSE, options)

    async def resume(self, **call: Unpack[CallOptions]) -> StatusResponse:
        """Continue generation after `pause()`."""
        return await self._caller.ask(dev_mode.RESUME, call)

    async def is_paused(self, **call: Unpack[CallOptions]) -> bool:
        """Return whether generation is paused; vLLM 0.32 also reports True while it sleeps."""
        return await self._caller.ask(dev_mode.IS_PAUSED, call)

    async def abort_requests(
        self, request_ids: Strings | str | None = None, **call: Unpack[GenerationCallOptions]
    ) -> AbortResponse:
        """Abort running requests. They end with their partial output and finish_reason "abort".

        Args:
            request_ids: Ids of the requests, as in the `id` of their answers. Default: all.
        """
        return await self._caller.ask(
            dev_mode.ABORT_REQUESTS, {"request_ids": request_ids, **with_hidden_headers(call)}
        )

    async def reset_prefix_cache(self, **options: Unpack[ResetPrefixCacheOptions]) -> bool:
        """Clear the prefix cache; return False if it is in use, for example by running requests."""
        return await self._caller.ask(dev_mode.RESET_PREFIX_CACHE, options)

    async def reset_mm_cache(self, **call: Unpack[CallOptions]) -> None:
        """Clear the cache of preprocessed images, audio and video."""
        return await self._caller.ask(dev_mode.RESET_MM_CACHE, call)

    async def reset_encoder_cache(self, **call: Unpack[CallOptions]) -> None:
        """Clear the cache of encoder outputs for images, audio and video."""
        return await self._caller.ask(dev_mode.RESET_ENCODER_CACHE, call)

    async def collective_rpc(
        self, method: str, **options: Unpack[CollectiveRpcOptions]
    ) -> list[Any] | None:
        """Call a method on every worker.

        Args:
            method: Name of the method.

        Returns:
            The result of each worker, as JSON or as text; None if the server returns no results.
        """
        return await self._caller.ask(
            dev_mode.COLLECTIVE_RPC, {"method": method, **with_hidden_headers(options)}
        )

    async def start_profile(self, **options: Unpack[StartProfileOptions]) -> None:
        """Start the profiler of a server that was started with --profiler-config."""
        return await self._caller.ask(dev_mode.START_PROFILE, options)

    async def stop_profile(self, **call: Unpack[CallOptions]) -> None:
        """Stop the profiler; the server writes its traces to disk."""
        return await self._caller.ask(dev_mode.STOP_PROFILE, call)
