"""Servers of several engines: how many there are, how they are, and where their events come out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ...call.response import HttpResponse, read_success, reader, unexpected
from ...codec.answer import CONTENT, Answer
from ...codec.decoder import structure
from ...errors import ParseError
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall, field
from ..common.options import GenerationCallOptions


class ScaleOptions(GenerationCallOptions, total=False):
    """The keywords of `client.scale_elastic_ep()`, beside the new size."""

    drain_timeout: int
    """Seconds that running requests have to end. Default: 120."""


class FaultToleranceOptions(GenerationCallOptions, total=False):
    """The keywords of `client.fault_tolerance_apply()`, beside the instruction."""

    params: Mapping[str, Any]
    """What belongs to the instruction. Default: nothing."""


@attrs.frozen(repr=False)
class ScaleResponse(Answer):
    """The answer of POST /scale_elastic_ep: a sentence that says that it was done."""

    message: str | None = None


@attrs.frozen(repr=False)
class ScalingStatus(Answer):
    """The answer of POST /is_scaling_elastic_ep.

    is_scaling_elastic_ep: whether the server scales just now.
    phase: "idle", "preparing", "committing", "completed" or "failed"; of vLLM 0.33 and later.
    epoch, requested_data_parallel_size, error: the last change of the size, and how it failed; of
        servers whose engines a program outside of vLLM starts and stops.
    """

    is_scaling_elastic_ep: bool = attrs.field(metadata=CONTENT)
    phase: str | None = None
    epoch: int | None = None
    requested_data_parallel_size: int | None = None
    error: str | None = None


@attrs.frozen(repr=False)
class FaultToleranceResponse(Answer):
    """The answer of POST /fault_tolerance/apply: accepted; `fault_tolerance_status()` tells more.

    request_id: what an engine's `last_ft_request_id` tells, when the instruction has failed.
    """

    message: str | None = None
    request_id: str | None = None


@attrs.frozen(repr=False)
class EngineStatus(Answer):
    """One engine: "healthy", "unhealthy" or "dead", and what went wrong."""

    id: int
    status: str = attrs.field(metadata=CONTENT)
    fault_info: str | None = None
    last_ft_request_id: str | None = None
    ft_error: str | None = None


@attrs.frozen(repr=False)
class FaultToleranceStatus(Answer):
    """The answer of GET /fault_tolerance/status."""

    schema_version: int | None = None
    total_engines: int | None = None
    engines: list[EngineStatus] = attrs.field(kw_only=True, metadata=CONTENT)


@attrs.frozen(repr=False)
class KvEventSource(Answer):
    """Where one data-parallel rank publishes events of its KV cache, and how."""

    enable_kv_cache_events: bool | None = None
    publisher: str | None = None
    endpoint: str | None = None
    replay_endpoint: str | None = None
    buffer_steps: int | None = None
    hwm: int | None = None
    max_queue_size: int | None = None
    topic: str | None = None


def _read_sources(reply: HttpResponse) -> dict[int, KvEventSource]:
    try:
        sources = structure(read_success(reply), dict[str, KvEventSource])
    except ParseError as error:
        raise unexpected(reply, error.message, error.where) from error
    for rank in sources:
        if not (rank.isascii() and rank.isdigit()):
            raise unexpected(reply, f"$: expected the number of a rank, got {rank!r:.80}")
    return {int(rank): source for rank, source in sources.items()}


SCALE_ELASTIC_EP = BodyCall(
    routes.SCALE_ELASTIC_EP,
    reader(ScaleResponse),
    ScaleOptions,
    required=("new_data_parallel_size",),
)
IS_SCALING_ELASTIC_EP = QueryCall(
    routes.IS_SCALING_ELASTIC_EP, field("is_scaling_elastic_ep", bool)
)
ELASTIC_EP_STATUS = QueryCall(
    routes.IS_SCALING_ELASTIC_EP, reader(ScalingStatus), name="elastic_ep_status()"
)
FAULT_TOLERANCE_APPLY = BodyCall(
    routes.FAULT_TOLERANCE_APPLY,
    reader(FaultToleranceResponse),
    FaultToleranceOptions,
    required=("instruction",),
)
FAULT_TOLERANCE_STATUS = QueryCall(routes.FAULT_TOLERANCE_STATUS, reader(FaultToleranceStatus))
KV_EVENT_SOURCES = QueryCall(routes.KV_EVENT_SOURCES, _read_sources)
