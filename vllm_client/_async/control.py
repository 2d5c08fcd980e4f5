"""The client's calls that control a server in dev mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from ..api.common.options import CallOptions, GenerationCallOptions, Strings
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


class AsyncControlCalls:
    """Control of a server in dev mode (VLLM_SERVER_DEV_MODE=1).

    Calls that change something use a connection of their own, and are never repeated once they may
    have arrived. All raise VllmError.
    """

    _caller: AsyncCallRunner

    async def sleep(self, **options: Unpack[SleepOptions]) -> SleepResponse:
        """Send the server to sleep, so that it frees memory (--enable-sleep-mode) and generates
        nothing. Requests hang until `wake_up()`.
        """
        return await self._caller.ask(dev_mode.SLEEP, options)

    async def wake_up(self, **options: Unpack[WakeUpOptions]) -> WakeUpResponse:
        """Wake the server, or bring back a part of what it gave away."""
        return await self._caller.ask(dev_mode.WAKE_UP, options)

    async def is_sleeping(self, **call: Unpack[CallOptions]) -> bool:
        """Whether the server sleeps; vLLM 0.32 says yes when it is paused, too."""
        return await self._caller.ask(dev_mode.IS_SLEEPING, call)

    async def release_kv_cache_memory(self, **call: Unpack[CallOptions]) -> StatusResponse:
        """Give back the memory of the KV cache, after `sleep(level=0)`;
        `wake_up(tags=["kv_cache"])` takes it again.
        """
        return await self._caller.ask(dev_mode.RELEASE_KV_CACHE_MEMORY, call)

    async def pause(self, **options: Unpack[PauseOptions]) -> StatusResponse:
        """Pause generation, as for a change of weights. Requests hang until `resume()`."""
        return await self._caller.ask(dev_mode.PAUSE, options)

    async def resume(self, **call: Unpack[CallOptions]) -> StatusResponse:
        """Go on after `pause()`."""
        return await self._caller.ask(dev_mode.RESUME, call)

    async def is_paused(self, **call: Unpack[CallOptions]) -> bool:
        """Whether generation is paused; vLLM 0.32 says yes when the server sleeps, too."""
        return await self._caller.ask(dev_mode.IS_PAUSED, call)

    async def abort_requests(
        self, request_ids: Strings | str | None = None, **call: Unpack[GenerationCallOptions]
    ) -> AbortResponse:
        """Abort running requests: all, or those of `request_ids`, as their answers have them. They
        end with what they have and the finish_reason "abort".
        """
        return await self._caller.ask(dev_mode.ABORT_REQUESTS, {"request_ids": request_ids, **call})

    async def reset_prefix_cache(self, **options: Unpack[ResetPrefixCacheOptions]) -> bool:
        """Empty the prefix cache. False if it is still in use, as by running requests: try again
        later.
        """
        return await self._caller.ask(dev_mode.RESET_PREFIX_CACHE, options)

    async def reset_mm_cache(self, **call: Unpack[CallOptions]) -> None:
        """Empty the cache of prepared images, audio and video."""
        return await self._caller.ask(dev_mode.RESET_MM_CACHE, call)

    async def reset_encoder_cache(self, **call: Unpack[CallOptions]) -> None:
        """Empty the cache of what encoders made of images, audio and video."""
        return await self._caller.ask(dev_mode.RESET_ENCODER_CACHE, call)

    async def collective_rpc(
        self, method: str, **options: Unpack[CollectiveRpcOptions]
    ) -> list[Any] | None:
        """Call a method on every worker; what each returned, as JSON or as text.

        None if the server says nothing of results.
        """
        return await self._caller.ask(
            dev_mode.COLLECTIVE_RPC, {"method": method, **with_hidden_headers(options)}
        )

    async def start_profile(self, **options: Unpack[StartProfileOptions]) -> None:
        """Begin a profile, on a server that was started with --profiler-config."""
        return await self._caller.ask(dev_mode.START_PROFILE, options)

    async def stop_profile(self, **call: Unpack[CallOptions]) -> None:
        """End the profile; the server writes its traces."""
        return await self._caller.ask(dev_mode.STOP_PROFILE, call)
