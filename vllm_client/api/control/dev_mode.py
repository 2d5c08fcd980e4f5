"""Control of a server in dev mode: sleep and pause, its caches, its workers, and the profiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

from ...call.response import HttpResponse
from ...codec.answer import Answer
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall, brief, field, nothing
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
    profiler_kwargs: Mapping[str, Any] | None
    """Arguments for the profiler itself. Default: none."""


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


def _with_listed_ids(body: dict[str, Any]) -> dict[str, Any]:
    """The body with its ids in a list; without ids it is a request to abort all."""
    request_ids = body.pop("request_ids", None)
    return body if request_ids is None else {"request_ids": some_ids(request_ids), **body}


def _with_workers_timeout(body: dict[str, Any]) -> dict[str, Any]:
    """The body with the limit of the workers under its own name: `timeout` is the client's."""
    seconds = body.pop("rpc_timeout", None)
    return body if seconds is None else {"timeout": seconds, **body}


def _was_reset(reply: HttpResponse) -> bool:
    return field("success", bool)(reply) if reply.body else True  # older servers only say 200


def _results(reply: HttpResponse) -> list[Any] | None:
    return field("results", list)(reply) if reply.body else None


SLEEP = QueryCall(routes.SLEEP, brief(SleepResponse), SleepOptions)
WAKE_UP = QueryCall(routes.WAKE_UP, brief(WakeUpResponse), WakeUpOptions)
IS_SLEEPING = QueryCall(routes.IS_SLEEPING, field("is_sleeping", bool))
RELEASE_KV_CACHE_MEMORY = QueryCall(routes.RELEASE_KV_CACHE_MEMORY, brief(StatusResponse))
PAUSE = QueryCall(routes.PAUSE, brief(StatusResponse), PauseOptions)
RESUME = QueryCall(routes.RESUME, brief(StatusResponse))
IS_PAUSED = QueryCall(routes.IS_PAUSED, field("is_paused", bool))
ABORT_REQUESTS = BodyCall(
    routes.ABORT_REQUESTS,
    brief(AbortResponse),
    optional=("request_ids",),
    adjust=_with_listed_ids,
)
RESET_PREFIX_CACHE = QueryCall(routes.RESET_PREFIX_CACHE, _was_reset, ResetPrefixCacheOptions)
RESET_MM_CACHE = QueryCall(routes.RESET_MM_CACHE, nothing)
RESET_ENCODER_CACHE = QueryCall(routes.RESET_ENCODER_CACHE, nothing)
COLLECTIVE_RPC = BodyCall(
    routes.COLLECTIVE_RPC,
    _results,
    CollectiveRpcOptions,
    required=("method",),
    adjust=_with_workers_timeout,
)
START_PROFILE = BodyCall(routes.START_PROFILE, nothing, StartProfileOptions)
STOP_PROFILE = QueryCall(routes.STOP_PROFILE, nothing)
