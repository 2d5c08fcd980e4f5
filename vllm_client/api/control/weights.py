"""Weights that a trainer changes while the server runs (reinforcement learning; dev mode)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from ...call.response import reader
from ...codec.answer import CONTENT, Answer
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall, field
from ..common.options import CallOptions, GenerationCallOptions

UpdateInfo: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What the backend needs to fetch a batch of weights, or several batches."""

WeightCheckAction: TypeAlias = Literal["checksum", "reset", "compare"]


class FinishWeightUpdateOptions(GenerationCallOptions, total=False):
    """The keywords of `client.finish_weight_update()`."""

    weight_version: str | None
    """The version that the weights have now. Default: the one before."""


class WeightCheckOptions(GenerationCallOptions, total=False):
    """The keywords of `client.weight_checker()`, beside the action."""

    baseline: Mapping[str, str] | None
    """Checksums to compare with, as "checksum" gave them; "compare" needs them. Default: none."""


class WorldSizeOptions(CallOptions, total=False):
    """The keywords of `client.get_world_size()`."""

    include_dp: bool
    """Whether data-parallel ranks count, too. Default: True."""


@attrs.frozen(repr=False)
class WeightUpdateResponse(Answer):
    """What a step of a weight update answers: one sentence that says that it was done."""

    message: str | None = None


@attrs.frozen(repr=False)
class WeightVersionResponse(Answer):
    """The answer of POST /update_weight_version."""

    success: bool | None = None
    new_version: str | None = None


@attrs.frozen(repr=False)
class WeightInfo(Answer):
    """The answer of GET /weight_info."""

    weight_version: str = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class WeightCheck(Answer):
    """The answer of POST /weight_checker: one of these, by what was asked for.

    checksums: of each weight, after "checksum".
    match, mismatches: after "compare": whether all are as in the baseline, and those that are not.
    status: "reset", after "reset".
    """

    checksums: dict[str, str] | None = attrs.field(default=None, metadata=CONTENT)
    match: bool | None = attrs.field(default=None, metadata=CONTENT)
    mismatches: list[str] | None = attrs.field(default=None, metadata=CONTENT)
    status: str | None = None


_step = reader(WeightUpdateResponse)

INIT_WEIGHT_TRANSFER_ENGINE = BodyCall(
    routes.INIT_WEIGHT_TRANSFER_ENGINE, _step, required=("init_info",)
)
SHUTDOWN_WEIGHT_TRANSFER_ENGINE = QueryCall(routes.SHUTDOWN_WEIGHT_TRANSFER_ENGINE, _step)
START_WEIGHT_UPDATE = QueryCall(routes.START_WEIGHT_UPDATE, _step)
START_DRAFT_WEIGHT_UPDATE = QueryCall(routes.START_DRAFT_WEIGHT_UPDATE, _step)
UPDATE_WEIGHTS = BodyCall(routes.UPDATE_WEIGHTS, _step, required=("update_info",))
FINISH_WEIGHT_UPDATE = BodyCall(routes.FINISH_WEIGHT_UPDATE, _step, FinishWeightUpdateOptions)
UPDATE_WEIGHT_VERSION = BodyCall(
    routes.UPDATE_WEIGHT_VERSION, reader(WeightVersionResponse), required=("new_version",)
)
WEIGHT_INFO = QueryCall(routes.WEIGHT_INFO, reader(WeightInfo))
WEIGHT_CHECKER = BodyCall(
    routes.WEIGHT_CHECKER, reader(WeightCheck), WeightCheckOptions, required=("action",)
)
GET_WORLD_SIZE = QueryCall(routes.GET_WORLD_SIZE, field("world_size", int), WorldSizeOptions)
