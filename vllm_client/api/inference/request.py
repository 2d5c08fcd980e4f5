"""Build requests for generation from token ids to token ids."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ...call.build_request import build_request
from ...call.option_checks import body_of, plain_body, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import reader_of_choices
from ...call.settings import ClientSettings
from ...streams.generation import ChunkReader
from ...streams.plan import StreamPlan
from ...vllm import routes
from ..common.calls import BodyCall, nothing
from ..common.input_lists import some_ids
from .answers import GenerateChunk, GenerateResponse
from .options import (
    SET_BY_ENGINE,
    WITHDRAWN_SAMPLING_PARAMS,
    GenerateKeywords,
    SamplingParams,
)
from .stream import InferenceMachine

OPTIONS = frozenset(GenerateKeywords.__optional_keys__) | {"token_ids", "sampling_params", "stream"}
SAMPLING_PARAMS = frozenset(SamplingParams.__optional_keys__) | SET_BY_ENGINE


def build_generate(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[GenerateResponse]:
    """Build the request for an answer without streaming. Raises RequestError."""
    return _spec(settings, options, plain_body(_body(options), options))


def plan_generate_chunks(
    settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[GenerateChunk, GenerateResponse]:
    """Build the request for a stream of the server's chunks. Raises RequestError."""
    body = {**_body(options), "stream": True}
    params = body["sampling_params"]
    n = params.get("n") if isinstance(params, Mapping) else None
    machine = partial(InferenceMachine, n if isinstance(n, int) else 1)
    return StreamPlan(_spec(settings, options, body), lambda: ChunkReader(machine()))


def _body(options: Mapping[str, Any]) -> dict[str, Any]:
    params = options.get("sampling_params")
    if isinstance(params, Mapping):
        refuse_unknown(params, SAMPLING_PARAMS, "sampling_params", WITHDRAWN_SAMPLING_PARAMS)
    body = body_of(options, OPTIONS, "inference.generate()")
    require(body, "token_ids", "sampling_params")
    return body


def _spec(
    settings: ClientSettings, options: Mapping[str, Any], body: dict[str, Any]
) -> RequestSpec[GenerateResponse]:
    read = reader_of_choices(GenerateResponse)
    return build_request(settings, routes.INFERENCE_GENERATE, read, body=body, call=options)


def _with_listed_ids(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "request_ids": some_ids(body["request_ids"])}


ABORT_REQUESTS = BodyCall(
    routes.INFERENCE_ABORT_REQUESTS,
    nothing,
    required=("request_ids",),
    name="inference.abort_requests()",
    adjust=_with_listed_ids,
)
