"""Normalizing arguments that deviate from their schema only in form."""

from __future__ import annotations

import copy
import dataclasses
import enum
from decimal import Decimal
from typing import Any, Literal, TypedDict

import pytest
import typing_extensions

from vllm_client.errors import ParseError
from vllm_client.schema.normalizing import normalized
from vllm_client.schema.types import shape_of, shape_of_arguments


@dataclasses.dataclass
class Place:
    city: str
    zoom: int = 3


@dataclasses.dataclass
class Node:
    value: int
    next: Node | None = None


@dataclasses.dataclass
class Shop:
    name: str
    place: Place


class Level(enum.IntEnum):
    LOW = 1


class Options(TypedDict, total=False):
    limit: int
    note: str | None


Json = typing_extensions.TypeAliasType(
    "Json",
    dict[str, "Json"] | list["Json"] | str | int,  # type: ignore[misc]  # recursive
)


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (int, 2.0, 2),
        (int, -0.0, 0),
        (int | None, 2.0, 2),
        (float, 2.0, 2.0),
        (int | float, 2.0, 2.0),
        (Any, 2.0, 2.0),
        (Level, 1.0, 1),
        (Literal[1, 2], 2.0, 2),
        (list[int], [1, 2.0], [1, 2]),
        (tuple[int, str], [1.0, "a"], [1, "a"]),
        (dict[str, int], {"a": 1.0}, {"a": 1}),
        (list[int], "[1, 2.0]", [1, 2]),
        (dict[str, int], '{"a": 1}', {"a": 1}),
        (dict[str, int] | None, '{"a": 1}', {"a": 1}),
        (Place, '{"city": "Rome", "zoom": 2.0}', {"city": "Rome", "zoom": 2}),
        (list[Place], ['{"city": "Rome"}'], [{"city": "Rome"}]),
        (list[Place], '["{\\"city\\": \\"Rome\\"}"]', [{"city": "Rome"}]),
        (Shop, {"name": "n", "place": '{"city": "Rome"}'},
         {"name": "n", "place": {"city": "Rome"}}),
        (Place, {"city": "Rome", "zoom": None}, {"city": "Rome"}),
        (Place | Shop, {"name": "n", "place": {"city": "R", "zoom": 1.0}},
         {"name": "n", "place": {"city": "R", "zoom": 1}}),
        (Options, {"limit": None, "note": None}, {"note": None}),
        (Node, {"value": 1.0, "next": '{"value": 2.0, "next": null}'},
         {"value": 1, "next": {"value": 2, "next": None}}),
        (Json, {"a": [1.0, "[1]"]}, {"a": [1, "[1]"]}),
        (str, '{"a": 1}', '{"a": 1}'),
        (dict[str, int] | str, '{"a": 1}', '{"a": 1}'),
        (Any, '{"a": 1}', '{"a": 1}'),
        (Decimal, 2.0, 2.0),
    ],
)  # fmt: skip
def test_a_value_is_normalized_to_its_schema(kind: Any, value: Any, result: Any) -> None:
    before = copy.deepcopy(value)
    schema = shape_of(kind, "it").schema

    assert repr(normalized(value, schema)) == repr(result)
    assert repr(value) == repr(before)
    shape_of(kind, "it").read(result)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, "5"), (int, 2.5), (int, True), (int, None), (int, float("inf")), (list[int], "1, 2"),
        (list[int], '{"a": 1}'), (dict[str, int], "[1]"), (dict[str, int], "{"), (bool, "true"),
        (bool, 1.0), (float, "1.5"), (Place, {"city": None}), (str, 5), (list[int], "[" * 100_000),
    ],
)  # fmt: skip
def test_other_values_are_left_to_the_strict_reader(kind: Any, value: Any) -> None:
    shape = shape_of(kind, "it")

    assert repr(normalized(value, shape.schema)) == repr(value)
    with pytest.raises(ParseError):
        shape.read(value)


def test_null_for_a_parameter_with_a_default_is_removed() -> None:
    def look(city: str, days: int = 1, unit: str | None = "C") -> None: ...

    schema = shape_of_arguments(look, "look").schema
    value = {"city": None, "days": None, "unit": None, "other": None}

    assert normalized(value, schema) == {"city": None, "unit": None, "other": None}
