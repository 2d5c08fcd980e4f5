"""The client's calls that control a server in dev mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from ..api.common.options import CallOptions, GenerationCallOptions, Strings
from .call_runner import AsyncCallRunner

if TYPE_CHECKING:
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
        from ..api.control.dev_mode import build_sleep

        return await self._caller.call(build_sleep(self._caller.settings, options))

    async def wake_up(self, **options: Unpack[WakeUpOptions]) -> WakeUpResponse:
        """Wake the server, or bring back a part of what it gave away."""
        from ..api.control.dev_mode import build_wake_up

        return await self._caller.call(build_wake_up(self._caller.settings, options))

    async def is_sleeping(self, **call: Unpack[CallOptions]) -> bool:
        """Whether the server sleeps; vLLM 0.32 says yes when it is paused, too."""
        from ..api.control.dev_mode import build_is_sleeping

        return await self._caller.call(build_is_sleeping(self._caller.settings, call))

    async def release_kv_cache_memory(self, **call: Unpack[CallOptions]) -> StatusResponse:
        """Give back the memory of the KV cache, after `sleep(level=0)`;
        `wake_up(tags=["kv_cache"])` takes it again.
        """
        from ..api.control.dev_mode import build_release_kv_cache_memory

        return await self._caller.call(build_release_kv_cache_memory(self._caller.settings, call))

    async def pause(self, **options: Unpack[PauseOptions]) -> StatusResponse:
        """Pause generation, as for a change of weights. Requests hang until `resume()`."""
        from ..api.control.dev_mode import build_pause

        return await self._caller.call(build_pause(self._caller.settings, options))

    async def resume(self, **call: Unpack[CallOptions]) -> StatusResponse:
        """Go on after `pause()`."""
        from ..api.control.dev_mode import build_resume

        return await self._caller.call(build_resume(self._caller.settings, call))

    async def is_paused(self, **call: Unpack[CallOptions]) -> bool:
        """Whether generation is paused; vLLM 0.32 says yes when the server sleeps, too."""
        from ..api.control.dev_mode import build_is_paused

        return await self._caller.call(build_is_paused(self._caller.settings, call))

    async def abort_requests(
        self, request_ids: Strings | str | None = None, **call: Unpack[GenerationCallOptions]
    ) -> AbortResponse:
        """Abort running requests: all, or those of `request_ids`, as their answers have them. They
        end with what they have and the finish_reason "abort".
        """
        from ..api.control.dev_mode import build_abort_requests

        spec = build_abort_requests(self._caller.settings, request_ids, call)
        return await self._caller.call(spec)

    async def reset_prefix_cache(self, **options: Unpack[ResetPrefixCacheOptions]) -> bool:
        """Empty the prefix cache. False if it is still in use, as by running requests: try again
        later.
        """
        from ..api.control.dev_mode import build_reset_prefix_cache

        return await self._caller.call(build_reset_prefix_cache(self._caller.settings, options))

    async def reset_mm_cache(self, **call: Unpack[CallOptions]) -> None:
        """Empty the cache of prepared images, audio and video."""
        from ..api.control.dev_mode import build_reset_mm_cache

        return await self._caller.call(build_reset_mm_cache(self._caller.settings, call))

    async def reset_encoder_cache(self, **call: Unpack[CallOptions]) -> None:
        """Empty the cache of what encoders made of images, audio and video."""
        from ..api.control.dev_mode import build_reset_encoder_cache

        return await self._caller.call(build_reset_encoder_cache(self._caller.settings, call))

    async def collective_rpc(
        self, method: str, **options: Unpack[CollectiveRpcOptions]
    ) -> list[Any] | None:
        """Call a method on every worker; what each returned, as JSON or as text.

        None if the server says nothing of results.
        """
        from ..api.control.dev_mode import build_collective_rpc

        spec = build_collective_rpc(self._caller.settings, method, options)
        return await self._caller.call(spec)

    async def start_profile(self, **options: Unpack[StartProfileOptions]) -> None:
        """Begin a profile, on a server that was started with --profiler-config."""
        from ..api.control.dev_mode import build_start_profile

        return await self._caller.call(build_start_profile(self._caller.settings, options))

    async def stop_profile(self, **call: Unpack[CallOptions]) -> None:
        """End the profile; the server writes its traces."""
        from ..api.control.dev_mode import build_stop_profile

        return await self._caller.call(build_stop_profile(self._caller.settings, call))
