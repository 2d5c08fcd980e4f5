"""Resolving type variables."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Generic, NamedTuple, NotRequired, TypedDict, TypeVar

import attrs
import pytest
import typing_extensions

from vllm_client.schema.generics import substituted, variables_of
from vllm_client.schema.types import shape_of

T = TypeVar("T")
U = TypeVar("U")
Number = TypeVar("Number", int, float)
Word = TypeVar("Word", bound=str)
Defaulted = typing_extensions.TypeVar("Defaulted", default=int)


@dataclasses.dataclass
class Box(Generic[T]):
    item: T
    more: list[T] | None = None


@dataclasses.dataclass
class IntBox(Box[int]):
    name: str = ""


@dataclasses.dataclass
class ListBox(Box[list[U]], Generic[U]):
    pass


@attrs.frozen
class Pair(Generic[T, U]):
    one: T
    other: dict[str, U]


class Row(TypedDict, Generic[T]):
    cell: T
    note: NotRequired[T]


class Point(NamedTuple, Generic[T]):
    x: T


Two = typing_extensions.TypeAliasType("Two", tuple[T, T], type_params=(T,))


@pytest.mark.parametrize(
    ("kind", "variables"),
    [
        (Box[int], {T: int}),
        (Box, {T: Any}),
        (IntBox, {T: int}),
        (ListBox[str], {U: str, T: list[str]}),
        (Pair[int, str], {T: int, U: str}),
        (Two[int], {T: int}),
        (int, {}),
        (list[int], {}),
    ],
)
def test_types_of_type_variables(kind: Any, variables: dict[Any, Any]) -> None:
    assert variables_of(kind) == variables


@pytest.mark.parametrize(
    ("variable", "kind"), [(Number, int | float), (Word, str), (Defaulted, int), (T, Any)]
)
def test_a_type_variable_without_an_argument_uses_its_default_or_bound(
    variable: Any, kind: Any
) -> None:
    box = typing_extensions.TypeAliasType("box", list[variable], type_params=(variable,))

    assert variables_of(box) == {variable: kind}


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        (T, int),
        (U, U),
        (list[T], list[int]),
        (list[T] | None, list[int] | None),
        (Annotated[T, "words"], Annotated[int, "words"]),
        (Box[T], Box[int]),
        (Box, Box),
        (str, str),
    ],
)
def test_variables_are_replaced(kind: Any, result: Any) -> None:
    assert substituted(kind, {T: int}) == result
    assert substituted(kind, {}) is kind


@pytest.mark.parametrize(
    ("kind", "value", "instance", "wrong"),
    [
        (Box[int], {"item": 1, "more": [2]}, Box(1, [2]), {"item": "1"}),
        (Box[Box[int]], {"item": {"item": 1}}, Box(Box(1)), {"item": {"item": "1"}}),
        (IntBox, {"item": 1}, IntBox(1), {"item": "1"}),
        (ListBox[str], {"item": ["a"]}, ListBox(["a"]), {"item": "a"}),
        (Pair[int, str], {"one": 1, "other": {"a": "b"}}, Pair(1, {"a": "b"}), {"one": 1}),
        (Row[int], {"cell": 1}, {"cell": 1}, {"cell": 1, "note": "x"}),
        (Point[int], [1], Point(1), ["1"]),
        (Two[int], [1, 2], (1, 2), [1, "2"]),
        (Box, {"item": [None]}, Box([None]), {}),
    ],
)
def test_generic_classes_are_read(kind: Any, value: Any, instance: Any, wrong: Any) -> None:
    shape = shape_of(kind, "it")

    assert shape.read(value) == instance
    with pytest.raises(ValueError, match=r"^\$"):
        shape.read(wrong)


def test_one_generic_class_with_several_types_has_several_definitions() -> None:
    schema = shape_of(tuple[Box[int], Box[str], Box[int]], "it").schema

    assert [item["$ref"] for item in schema["prefixItems"]] == [
        "#/$defs/Box_int",
        "#/$defs/Box_str",
        "#/$defs/Box_int",
    ]
