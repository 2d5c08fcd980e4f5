"""Update the weights of a running server from a trainer, for reinforcement learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from ...call.response import reader
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall, field
from ..common.options import CallOptions, GenerationCallOptions

UpdateInfo: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""The data that the transfer backend needs to fetch a batch of weights; a list for several."""

WeightCheckAction: TypeAlias = Literal["checksum", "reset", "compare"]


class FinishWeightUpdateOptions(GenerationCallOptions, total=False):
    """The keywords of `client.finish_weight_update()`."""

    weight_version: str | None
    """The new version of the weights. Default: unchanged."""


class WeightCheckOptions(GenerationCallOptions, total=False):
    """The keywords of `client.weight_checker()`, except the action."""

    baseline: Mapping[str, str] | None
    """Checksums to compare with, as returned by "checksum"; required for "compare"."""


class WorldSizeOptions(CallOptions, total=False):
    """The keywords of `client.get_world_size()`."""

    include_dp: bool
    """Whether to include data-parallel ranks. Default: True."""


@attrs.frozen(repr=False)
class WeightUpdateResponse(Answer):
    """The response of a step of a weight update.

    Attributes:
        message: A confirmation.
    """

    message: str | None = None


@attrs.frozen(repr=False)
class WeightVersionResponse(Answer):
    """The response of POST /update_weight_version.

    Attributes:
        success: Whether the version was set.
        new_version: The version of the weights.
    """

    success: bool | None = None
    new_version: str | None = None


@attrs.frozen(repr=False)
class WeightInfo(Answer):
    """The response of GET /weight_info.

    Attributes:
        weight_version: The version of the weights.
    """

    weight_version: str = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class WeightCheck(Answer):
    """The response of POST /weight_checker. The action decides which fields are set.

    Attributes:
        checksums: The checksum of each weight, by name. Set by the action "checksum".
        match: Whether all checksums equal the baseline. Set by the action "compare".
        mismatches: The names of the weights that differ from the baseline. Set by the action
            "compare".
        status: The text "reset". Set by the action "reset".
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
