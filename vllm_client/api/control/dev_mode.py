"""Control a server in development mode: sleep, pause, caches, workers and profiler."""

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
"""What happens to running requests: "abort" aborts them, "wait" waits for their end, "keep"
continues them after the pause."""


class SleepOptions(CallOptions, total=False):
    """The keywords of `client.sleep()`."""

    level: int
    """0: only pause. 1: move weights to CPU memory, drop the KV cache. 2: drop both.
    Range: 0 to 2. Default: 1."""
    mode: PauseMode
    """How running requests end: see PauseMode. Default: "abort"."""


class WakeUpOptions(CallOptions, total=False):
    """The keywords of `client.wake_up()`."""

    tags: Strings | None
    """Parts to restore: "weights", "kv_cache", "scheduling". Default: all."""


class PauseOptions(CallOptions, total=False):
    """The keywords of `client.pause()`."""

    mode: PauseMode
    """How running requests end: see PauseMode. Default: "abort"."""
    clear_cache: bool
    """Whether to clear caches; deprecated by vLLM. Default: True."""


class ResetPrefixCacheOptions(CallOptions, total=False):
    """The keywords of `client.reset_prefix_cache()`."""

    reset_running_requests: bool
    """Whether to preempt running requests and recompute their blocks. Default: False."""
    reset_external: bool
    """Whether to also clear the external cache of a KV connector. Default: False."""


class CollectiveRpcOptions(GenerationCallOptions, total=False):
    """The keywords of `client.collective_rpc()`, except `method`."""

    args: Strings
    """Positional arguments. Default: none."""
    kwargs: Mapping[str, str]
    """Named arguments. Default: none."""
    rpc_timeout: float | None
    """Max seconds that the server waits for its workers. Sent as `timeout`. Default: no limit."""


class StartProfileOptions(GenerationCallOptions, total=False):
    """The keywords of `client.start_profile()`."""

    profile_prefix: str | None
    """Prefix of the names of the trace files. Default: chosen by the server."""
    delay_iterations: int | None
    """Engine iterations to skip before profiling. Default: the server's setting."""
    max_iterations: int | None
    """Engine iterations to profile. Default: the server's setting."""
    profiler_kwargs: Mapping[str, Any] | None
    """Arguments of the profiler. Default: none."""


@attrs.frozen(repr=False)
class StatusResponse(Answer):
    """The new state of the server.

    Attributes:
        status: "paused", "resumed" or "kv_cache_released".
    """

    status: str | None = None


@attrs.frozen(repr=False)
class SleepResponse(Answer):
    """The response of POST /sleep. Older servers send neither field.

    Attributes:
        status: "sleeping".
        level: The requested level: see SleepOptions.
    """

    status: str | None = None
    level: int | None = None


@attrs.frozen(repr=False)
class WakeUpResponse(Answer):
    """The response of POST /wake_up. Older servers send neither field.

    Attributes:
        status: "awake" if all parts are restored, else "sleeping".
        tags: The requested parts.
    """

    status: str | None = None
    tags: list[str] | None = None


@attrs.frozen(repr=False)
class AbortResponse(Answer):
    """The response of POST /abort_requests. A server with --tokens-only sends neither field.

    Attributes:
        status: The result as text.
        aborted: The number of request ids, including unknown ones.
    """

    status: str | None = None
    aborted: int | None = None


def _with_listed_ids(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with its ids in a list; a body without ids aborts all requests."""
    request_ids = body.pop("request_ids", None)
    return body if request_ids is None else {"request_ids": some_ids(request_ids), **body}


def _with_workers_timeout(body: dict[str, Any]) -> dict[str, Any]:
    """Rename `rpc_timeout` to `timeout`; the keyword `timeout` is the client's timeout."""
    seconds = body.pop("rpc_timeout", None)
    return body if seconds is None else {"timeout": seconds, **body}


def _was_reset(reply: HttpResponse) -> bool:
    return (
        field("success", bool)(reply) if reply.body else True
    )  # older servers send an empty body with status 200


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
