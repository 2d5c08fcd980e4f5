"""Control of a server in dev mode: sleep and pause, its caches, its workers, and the profiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

from ...call.request import RequestSpec
from ...call.response import HttpResponse
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ..common.commands import brief, command_by_body, command_by_query, field, nothing, question
from ..common.input_lists import some_ids
from ..common.options import CallOptions, GenerationCallOptions, Strings

PauseMode: TypeAlias = Literal["abort", "wait", "keep"]
"""What becomes of running requests: they are aborted, waited for, or go on afterwards."""


class SleepOptions(CallOptions, total=False):
    """The keywords of `client.sleep()`."""

    level: int
    """0: only pause. 1: move weights to the CPU's memory and drop the KV cache. 2: drop both.
    Range: 0 to 2. Default: 1."""
    mode: PauseMode
    """What becomes of running requests. Default: "abort"."""


class WakeUpOptions(CallOptions, total=False):
    """The keywords of `client.wake_up()`."""

    tags: Strings | None
    """What to bring back, of "weights", "kv_cache" and "scheduling". Default: everything."""


class PauseOptions(CallOptions, total=False):
    """The keywords of `client.pause()`."""

    mode: PauseMode
    """What becomes of running requests. Default: "abort"."""
    clear_cache: bool
    """Whether caches are emptied; deprecated by vLLM. Default: True."""


class ResetPrefixCacheOptions(CallOptions, total=False):
    """The keywords of `client.reset_prefix_cache()`."""

    reset_running_requests: bool
    """Whether running requests give up their blocks, to be computed anew. Default: False."""
    reset_external: bool
    """Whether the external cache of a KV connector is emptied as well. Default: False."""


class CollectiveRpcOptions(GenerationCallOptions, total=False):
    """The keywords of `client.collective_rpc()`, beside the method."""

    args: Strings
    """Positional arguments. Default: none."""
    kwargs: Mapping[str, str]
    """Named arguments. Default: none."""
    rpc_timeout: float | None
    """Seconds that the server waits for its workers; sent as `timeout`. Default: no limit."""


class StartProfileOptions(GenerationCallOptions, total=False):
    """The keywords of `client.start_profile()`."""

    profile_prefix: str | None
    """How the names of the trace files begin. Default: the server's way."""
    delay_iterations: int | None
    """Engine iterations to skip before profiling. Default: the server's setting."""
    max_iterations: int | None
    """Engine iterations to profile. Default: the server's setting."""


@attrs.frozen(repr=False)
class StatusResponse(Answer):
    """What a server says it is now: "paused", "resumed" or "kv_cache_released"."""

    status: str | None = None


@attrs.frozen(repr=False)
class SleepResponse(Answer):
    """The answer of POST /sleep. An older server says neither."""

    status: str | None = None
    level: int | None = None


@attrs.frozen(repr=False)
class WakeUpResponse(Answer):
    """The answer of POST /wake_up: the status is "awake" once everything is back, else "sleeping".

    tags: as they were asked for. An older server says neither.
    """

    status: str | None = None
    tags: list[str] | None = None


@attrs.frozen(repr=False)
class AbortResponse(Answer):
    """The answer of POST /abort_requests. `aborted` counts the ids, whether they were known or not.

    A server with --tokens-only says neither.
    """

    status: str | None = None
    aborted: int | None = None


def build_sleep(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[SleepResponse]:
    """The request that sends the server to sleep. Raises RequestError."""
    return command_by_query(settings, "sleep", brief(SleepResponse), options, SleepOptions)


def build_wake_up(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[WakeUpResponse]:
    """The request that wakes it. Raises RequestError."""
    return command_by_query(settings, "wake_up", brief(WakeUpResponse), options, WakeUpOptions)


def build_is_sleeping(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[bool]:
    """The question whether it sleeps. Raises RequestError."""
    return question(settings, "is_sleeping", field("is_sleeping", bool), options)


def build_release_kv_cache_memory(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[StatusResponse]:
    """The request to give back the KV cache's memory. Raises RequestError."""
    read = brief(StatusResponse)
    return command_by_query(settings, "release_kv_cache_memory", read, options, CallOptions)


def build_pause(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[StatusResponse]:
    """The request to pause generation. Raises RequestError."""
    return command_by_query(settings, "pause", brief(StatusResponse), options, PauseOptions)


def build_resume(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[StatusResponse]:
    """The request to go on after a pause. Raises RequestError."""
    return command_by_query(settings, "resume", brief(StatusResponse), options, CallOptions)


def build_is_paused(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[bool]:
    """The question whether it is paused. Raises RequestError."""
    return question(settings, "is_paused", field("is_paused", bool), options)


def build_abort_requests(
    settings: ClientSettings, request_ids: Strings | str | None, options: Mapping[str, Any]
) -> RequestSpec[AbortResponse]:
    """The request to abort some requests, or all where None is given. Raises RequestError."""
    fields = {} if request_ids is None else {"request_ids": some_ids(request_ids)}
    route, read, keywords = "abort_requests", brief(AbortResponse), GenerationCallOptions
    return command_by_body(settings, route, read, options, keywords, fields)


def build_reset_prefix_cache(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[bool]:
    """The request to empty the prefix cache. Raises RequestError."""
    route, keywords = "reset_prefix_cache", ResetPrefixCacheOptions
    return command_by_query(settings, route, _was_reset, options, keywords)


def _was_reset(reply: HttpResponse) -> bool:
    return field("success", bool)(reply) if reply.body else True  # older servers only say 200


def build_reset_mm_cache(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[None]:
    """The request to empty the cache of media. Raises RequestError."""
    return command_by_query(settings, "reset_mm_cache", nothing, options, CallOptions)


def build_reset_encoder_cache(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[None]:
    """The request to empty the cache of encoder outputs. Raises RequestError."""
    return command_by_query(settings, "reset_encoder_cache", nothing, options, CallOptions)


def build_collective_rpc(
    settings: ClientSettings, method: str, options: Mapping[str, Any]
) -> RequestSpec[list[Any] | None]:
    """The request to call a method on every worker. Raises RequestError."""
    fields: dict[str, Any] = {"method": method}
    if options.get("rpc_timeout") is not None:  # `timeout` is the client's own
        fields["timeout"] = options["rpc_timeout"]
    rest = {name: value for name, value in options.items() if name != "rpc_timeout"}
    keywords = CollectiveRpcOptions
    return command_by_body(settings, "collective_rpc", _results, rest, keywords, fields)


def _results(reply: HttpResponse) -> list[Any] | None:
    return field("results", list)(reply) if reply.body else None


def build_start_profile(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[None]:
    """The request to begin a profile. Raises RequestError."""
    return command_by_body(settings, "start_profile", nothing, options, StartProfileOptions)


def build_stop_profile(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[None]:
    """The request to end the profile. Raises RequestError."""
    return command_by_query(settings, "stop_profile", nothing, options, CallOptions)
