"""Weights that a trainer changes while the server runs (reinforcement learning; dev mode)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ..common.commands import command_by_body, command_by_query, field, question
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

    message: str


@attrs.frozen(repr=False)
class WeightVersionResponse(Answer):
    """The answer of POST /update_weight_version."""

    success: bool
    new_version: str


@attrs.frozen(repr=False)
class WeightInfo(Answer):
    """The answer of GET /weight_info."""

    weight_version: str


@attrs.frozen(repr=False)
class WeightCheck(Answer):
    """The answer of POST /weight_checker: one of these, by what was asked for.

    checksums: of each weight, after "checksum".
    match, mismatches: after "compare": whether all are as in the baseline, and those that are not.
    status: "reset", after "reset".
    """

    checksums: dict[str, str] | None = None
    match: bool | None = None
    mismatches: list[str] | None = None
    status: str | None = None


def build_init_weight_transfer_engine(
    settings: ClientSettings, init_info: Mapping[str, Any], options: Mapping[str, Any]
) -> RequestSpec[WeightUpdateResponse]:
    """The request to connect the workers with the trainer. Raises RequestError."""
    fields = {"init_info": init_info}
    return _step(settings, "init_weight_transfer_engine", options, fields=fields)


def build_shutdown_weight_transfer_engine(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[WeightUpdateResponse]:
    """The request to part from the trainer. Raises RequestError."""
    return _bare_step(settings, "shutdown_weight_transfer_engine", options)


def build_start_weight_update(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[WeightUpdateResponse]:
    """The request to begin an update. Raises RequestError."""
    return _bare_step(settings, "start_weight_update", options)


def build_start_draft_weight_update(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[WeightUpdateResponse]:
    """The request to begin an update of the draft model. Raises RequestError."""
    return _bare_step(settings, "start_draft_weight_update", options)


def build_update_weights(
    settings: ClientSettings, update_info: UpdateInfo, options: Mapping[str, Any]
) -> RequestSpec[WeightUpdateResponse]:
    """The request to take over a batch of weights. Raises RequestError."""
    return _step(settings, "update_weights", options, fields={"update_info": update_info})


def build_finish_weight_update(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[WeightUpdateResponse]:
    """The request to end an update. Raises RequestError."""
    return _step(settings, "finish_weight_update", options, FinishWeightUpdateOptions)


def build_update_weight_version(
    settings: ClientSettings, new_version: str, options: Mapping[str, Any]
) -> RequestSpec[WeightVersionResponse]:
    """The request to give the weights a version. Raises RequestError."""
    return command_by_body(
        settings,
        "update_weight_version",
        reader(WeightVersionResponse),
        options,
        GenerationCallOptions,
        {"new_version": new_version},
    )


def build_weight_info(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[WeightInfo]:
    """The question for the version of the weights. Raises RequestError."""
    return question(settings, "weight_info", reader(WeightInfo), options)


def build_weight_checker(
    settings: ClientSettings, action: WeightCheckAction, options: Mapping[str, Any]
) -> RequestSpec[WeightCheck]:
    """The request to checksum, reset or compare the weights. Raises RequestError."""
    read, fields = reader(WeightCheck), {"action": action}
    return command_by_body(settings, "weight_checker", read, options, WeightCheckOptions, fields)


def build_get_world_size(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[int]:
    """The question how many workers there are. Raises RequestError."""
    read = field("world_size", int)
    return question(settings, "get_world_size", read, options, keywords=WorldSizeOptions)


def _step(
    settings: ClientSettings,
    route: str,
    options: Mapping[str, Any],
    keywords: Any = GenerationCallOptions,
    fields: Mapping[str, Any] | None = None,
) -> RequestSpec[WeightUpdateResponse]:
    read = reader(WeightUpdateResponse)
    return command_by_body(settings, route, read, options, keywords, fields)


def _bare_step(
    settings: ClientSettings, route: str, options: Mapping[str, Any]
) -> RequestSpec[WeightUpdateResponse]:
    return command_by_query(settings, route, reader(WeightUpdateResponse), options, CallOptions)
