"""The client's calls that control a server in dev mode."""

from __future__ import annotations

from typing import Any

from typing_extensions import Unpack

from ..endpoints.control import (
    AbortAnswer,
    AbortOptions,
    CollectiveRpcOptions,
    PauseOptions,
    ResetPrefixCacheOptions,
    SleepAnswer,
    SleepOptions,
    StartProfileOptions,
    StatusAnswer,
    WakeUpAnswer,
    WakeUpOptions,
    build_abort_requests,
    build_collective_rpc,
    build_is_paused,
    build_is_sleeping,
    build_pause,
    build_release_kv_cache_memory,
    build_reset_encoder_cache,
    build_reset_mm_cache,
    build_reset_prefix_cache,
    build_resume,
    build_sleep,
    build_start_profile,
    build_stop_profile,
    build_wake_up,
)
from ..endpoints.options import CallOptions
from .caller import AsyncCaller


class AsyncControlCalls:
    """Control of a server in dev mode (VLLM_SERVER_DEV_MODE=1).

    Calls that change something use a connection of their own, and are never repeated once they may
    have arrived. All raise VllmError.
    """

    _caller: AsyncCaller

    async def sleep(self, **options: Unpack[SleepOptions]) -> SleepAnswer:
        """Send the server to sleep, so that it frees memory (--enable-sleep-mode) and generates
        nothing. Requests hang until `wake_up()`.
        """
        return await self._caller.call(build_sleep(self._caller.settings, options))

    async def wake_up(self, **options: Unpack[WakeUpOptions]) -> WakeUpAnswer:
        """Wake the server, or bring back a part of what it gave away."""
        return await self._caller.call(build_wake_up(self._caller.settings, options))

    async def is_sleeping(self, **call: Unpack[CallOptions]) -> bool:
        """Whether the server sleeps; vLLM 0.32 says yes when it is paused, too."""
        return await self._caller.call(build_is_sleeping(self._caller.settings, call))

    async def release_kv_cache_memory(self, **call: Unpack[CallOptions]) -> StatusAnswer:
        """Give back the memory of the KV cache, after `sleep(level=0)`;
        `wake_up(tags=["kv_cache"])` takes it again.
        """
        return await self._caller.call(build_release_kv_cache_memory(self._caller.settings, call))

    async def pause(self, **options: Unpack[PauseOptions]) -> StatusAnswer:
        """Pause generation, as for a change of weights. Requests hang until `resume()`."""
        return await self._caller.call(build_pause(self._caller.settings, options))

    async def resume(self, **call: Unpack[CallOptions]) -> StatusAnswer:
        """Go on after `pause()`."""
        return await self._caller.call(build_resume(self._caller.settings, call))

    async def is_paused(self, **call: Unpack[CallOptions]) -> bool:
        """Whether generation is paused; vLLM 0.32 says yes when the server sleeps, too."""
        return await self._caller.call(build_is_paused(self._caller.settings, call))

    async def abort_requests(self, **options: Unpack[AbortOptions]) -> AbortAnswer:
        """Abort running requests: all, or those of `request_ids`. They end with what they have and
        the finish_reason "abort".
        """
        return await self._caller.call(build_abort_requests(self._caller.settings, options))

    async def reset_prefix_cache(self, **options: Unpack[ResetPrefixCacheOptions]) -> bool:
        """Empty the prefix cache. False if it is still in use, as by running requests: try again
        later.
        """
        return await self._caller.call(build_reset_prefix_cache(self._caller.settings, options))

    async def reset_mm_cache(self, **call: Unpack[CallOptions]) -> None:
        """Empty the cache of prepared images, audio and video."""
        return await self._caller.call(build_reset_mm_cache(self._caller.settings, call))

    async def reset_encoder_cache(self, **call: Unpack[CallOptions]) -> None:
        """Empty the cache of what encoders made of images, audio and video."""
        return await self._caller.call(build_reset_encoder_cache(self._caller.settings, call))

    async def collective_rpc(
        self, *, method: str, **options: Unpack[CollectiveRpcOptions]
    ) -> list[Any] | None:
        """Call a method on every worker; what each returned, as JSON or as text.

        None if the server says nothing of results.
        """
        spec = build_collective_rpc(self._caller.settings, method, options)
        return await self._caller.call(spec)

    async def start_profile(self, **options: Unpack[StartProfileOptions]) -> None:
        """Begin a profile, on a server that was started with --profiler-config."""
        return await self._caller.call(build_start_profile(self._caller.settings, options))

    async def stop_profile(self, **call: Unpack[CallOptions]) -> None:
        """End the profile; the server writes its traces."""
        return await self._caller.call(build_stop_profile(self._caller.settings, call))
