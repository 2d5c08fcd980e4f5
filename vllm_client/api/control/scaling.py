"""Number and health of data-parallel engines, and where they publish events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ...call.response import HttpResponse, read_success, reader, unexpected
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT
from ...codec.decoder import structure
from ...errors import ParseError
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall, field
from ..common.options import GenerationCallOptions


class ScaleOptions(GenerationCallOptions, total=False):
    """The keywords of `client.scale_elastic_ep()`, except the new size."""

    drain_timeout: int
    """Max seconds to wait for running requests to end. Default: 120."""


class FaultToleranceOptions(GenerationCallOptions, total=False):
    """The keywords of `client.fault_tolerance_apply()`, except the instruction."""

    params: Mapping[str, Any]
    """Parameters of the instruction. Default: none."""


@attrs.frozen(repr=False)
class ScaleResponse(Answer):
    """The response of POST /scale_elastic_ep.

    Attributes:
        message: A confirmation.
    """

    message: str | None = None


@attrs.frozen(repr=False)
class ScalingStatus(Answer):
    """The response of POST /is_scaling_elastic_ep.

    Attributes:
        is_scaling_elastic_ep: Whether the server is scaling.
        phase: "idle", "preparing", "committing", "completed" or "failed". vLLM 0.33 and later.
        epoch: The number of the last change of the size. This field and the next two are None
            unless a program other than vLLM starts and stops the engines.
        requested_data_parallel_size: The size requested by the last change.
        error: Why the last change failed.
    """

    is_scaling_elastic_ep: bool = attrs.field(metadata=CONTENT)
    phase: str | None = None
    epoch: int | None = None
    requested_data_parallel_size: int | None = None
    error: str | None = None


@attrs.frozen(repr=False)
class FaultToleranceResponse(Answer):
    """The response of POST /fault_tolerance/apply: the instruction was accepted.

    Attributes:
        message: A confirmation.
        request_id: The id of the instruction. If the instruction fails, an engine in
            `fault_tolerance_status()` has this id as `last_ft_request_id`.
    """

    message: str | None = None
    request_id: str | None = None


@attrs.frozen(repr=False)
class EngineStatus(Answer):
    """The state of one engine.

    Attributes:
        id: The index of the engine.
        status: "healthy", "unhealthy" or "dead".
        fault_info: What went wrong in the engine.
        last_ft_request_id: The id of the last instruction for the engine.
        ft_error: Why that instruction failed.
    """

    id: int
    status: str = attrs.field(metadata=CONTENT)
    fault_info: str | None = None
    last_ft_request_id: str | None = None
    ft_error: str | None = None


@attrs.frozen(repr=False)
class FaultToleranceStatus(Answer):
    """The response of GET /fault_tolerance/status.

    Attributes:
        schema_version: The version of this format.
        total_engines: The number of engines.
        engines: The state of each engine.
    """

    schema_version: int | None = None
    total_engines: int | None = None
    engines: list[EngineStatus] = attrs.field(kw_only=True, metadata=CONTENT)


@attrs.frozen(repr=False)
class KvEventSource(Answer):
    """Where one data-parallel rank publishes events of its KV cache: vLLM's KVEventsConfig.

    Attributes:
        enable_kv_cache_events: Whether events are published.
        publisher: The kind of publisher, such as "zmq".
        endpoint: The address that events are published at.
        replay_endpoint: The address to request missed events from.
        buffer_steps: Number of steps that are kept for replay.
        hwm: Max events that wait in the queue of the publisher's socket (high-water mark).
        max_queue_size: Max events that wait to be published.
        topic: The topic to subscribe to.
    """

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
            raise unexpected(reply, f"$: expected a rank number as key, got {rank!r:.80}")
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
