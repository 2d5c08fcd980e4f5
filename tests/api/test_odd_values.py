"""Test that a malformed value of metadata is tolerated in every field of every answer class."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import attrs
import pytest

import vllm_client.api
from tests.helpers.decoding import recorded
from vllm_client.api.chat.answers import ChatCompletionChunk, ChatCompletionResponse
from vllm_client.api.completions.answers import CompletionResponse
from vllm_client.codec.answer import Answer
from vllm_client.codec.answer_fields import is_content, is_optional, json_fields
from vllm_client.codec.decoder import structure
from vllm_client.codec.tensor import Tensor
from vllm_client.errors import ParseError

for module in pkgutil.walk_packages(vllm_client.api.__path__, "vllm_client.api."):
    importlib.import_module(module.name)

ABSENT = object()
ODD = [ABSENT, None, "", "x", -1, 1.5, [], {}]


def _all_below(cls: type[Answer]) -> Iterator[type[Answer]]:
    for below in cls.__subclasses__():
        if below.__module__.startswith("vllm_client"):
            yield below
        yield from _all_below(below)


CLASSES = sorted(set(_all_below(Answer)), key=lambda cls: (cls.__module__, cls.__name__))
# Abstract classes, and classes that the client makes itself.
NOT_ON_THE_WIRE = {
    "TensorOutput",
    "TensorType",
    "ParsedChatCompletion",
    "ToolRunResponse",
    "Transcript",
}


def sample(kind: Any) -> Any:
    """Return a valid JSON value of a field's type."""
    if get_origin(kind) in (Union, UnionType):
        return sample(next(part for part in get_args(kind) if part is not NoneType))
    if get_origin(kind) is Annotated:
        return sample(get_args(kind)[0])
    if get_origin(kind) is list:
        return [sample(get_args(kind)[0])]
    if get_origin(kind) is dict:
        return {"key": sample(get_args(kind)[1])}
    if isinstance(kind, type) and issubclass(kind, Answer):
        return {name: sample(field.type) for name, field in json_fields(kind).items()}
    return {int: 1, float: 0.5, str: "a", bool: True, Tensor: [0.5], Any: {"any": 1}}[kind]


def changed(value: dict[str, Any], name: str, odd: Any) -> dict[str, Any]:
    rest = {key: item for key, item in value.items() if key != name}
    return rest if odd is ABSENT else {**rest, name: odd}


def place_of_failure(value: Any, cls: type[Answer]) -> str:
    """Return the path of the mismatch; "" for a valid value."""
    try:
        structure(value, cls)
    except ParseError as error:
        return error.where
    return ""


# Fields that have a default other than None if their value is missing or malformed: constants of
# the route or of the type of a part, and the first index. (-9999.0 is vLLM's value for a
# probability of 0.)
STANDS_FOR_NONE = {"type", "object", "role", "output_mode", "task", "response_type", "index"}


def assert_nothing_is_made_up(cls: type[Answer], name: str, value: Any) -> None:
    """Check that the field of a malformed value is None."""
    if cls.__name__ == "DerenderStreamState":  # is sent back to the server completely
        return
    if name in STANDS_FOR_NONE or name.endswith("_index") or value in ([], {}, -9999.0):
        return
    made_by_us = name in ("id", "call_id") and str(value).startswith("call_")
    derived = name in ("num_classes", "count")  # computed from other fields
    assert value is None or made_by_us or derived or isinstance(value, Answer)


def test_there_are_many_classes() -> None:
    assert len(CLASSES) > 100


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_malformed_metadata_is_tolerated_and_malformed_content_is_a_parse_error(
    cls: type[Answer],
) -> None:
    if cls.__name__ in NOT_ON_THE_WIRE:
        return
    good = sample(cls)
    assert type(structure(good, cls)) is cls
    for name, field in json_fields(cls).items():
        for odd in ODD:
            value = changed(good, name, odd)
            if is_optional(field):
                answer = structure(value, cls)
                kept = answer.unknown_fields.get(name, ABSENT)
                assert kept is ABSENT or kept == odd
                if kept is not ABSENT:
                    assert_nothing_is_made_up(cls, name, getattr(answer, field.name))
            else:
                where = place_of_failure(value, cls)
                assert not where or where.startswith(f"$.{name}")


# Metadata without a default, because a part without it would be useless.
NEEDED = {
    "Embedding.index",
    "PoolingOutput.index",
    "Classification.index",
    "Score.index",
    "TensorPlace.index",
    "TensorPlace.embed_dtype",
    "TensorPlace.endianness",
    "TensorPlace.start",
    "TensorPlace.end",
    "TensorPlace.shape",
    "TensorMetadata.data",
    "WeightVersion.version",
    "WeightVersion.start",
    "WeightVersion.end",
    "PlaceholderRange.offset",
    "PlaceholderRange.length",
    "MultiModalFeatures.mm_hashes",
    "MultiModalFeatures.mm_placeholders",
    "EngineStatus.id",
    "LoadResponse.server_load",
    "FunctionCall.name",
    "ToolCall.function",
    "CountTokensResponse.input_tokens",
}


def test_all_other_metadata_has_a_default() -> None:
    needed = {
        f"{cls.__name__}.{name}"
        for cls in CLASSES
        if cls.__name__ not in NOT_ON_THE_WIRE
        for name, field in json_fields(cls).items()
        if field.default is attrs.NOTHING and not is_content(field) and not field.inherited
    }

    assert needed == NEEDED


def places(value: Any, answer: Any, lenient: bool = False) -> Iterator[tuple[Any, str, bool]]:
    """Yield each object of an answer's JSON with its field names, and whether each is metadata."""
    if isinstance(answer, list):
        for item, part in zip(value, answer, strict=True):
            yield from places(item, part, lenient)
    if not isinstance(answer, Answer):
        return
    for name, field in json_fields(type(answer)).items():
        may_be_odd = lenient or is_optional(field)
        yield value, name, may_be_odd
        if value.get(name) is not None:
            yield from places(value[name], getattr(answer, field.name), may_be_odd)


def check_everywhere(good: Any, cls: type[Answer]) -> None:
    for holder, name, may_be_odd in list(places(good, structure(good, cls))):
        before = dict(holder)
        for odd in ODD:
            holder.clear()
            holder.update(changed(before, name, odd))
            try:
                structure(good, cls)
            except ParseError:
                assert not may_be_odd, (name, odd)
        holder.clear()
        holder.update(before)


@pytest.mark.parametrize(
    ("path", "cls"),
    [("/chat/completions", ChatCompletionResponse), ("/v1/completions", CompletionResponse)],
)
def test_recorded_answer_tolerates_malformed_metadata_everywhere(path: str, cls: Any) -> None:
    for recording in recorded(path, streamed=False)[:20]:
        check_everywhere(recording.json, cls)


def test_chunk_tolerates_malformed_metadata_everywhere() -> None:
    logprobs = {"content": [{"token": "a", "logprob": -1.0, "top_logprobs": []}]}
    choice = {"index": 0, "delta": {"content": "a"}, "logprobs": logprobs, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}}

    check_everywhere({"choices": [choice], "usage": usage}, ChatCompletionChunk)
