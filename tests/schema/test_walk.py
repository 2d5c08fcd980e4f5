"""The walk over a type: names in errors, names of definitions, and recursive classes."""

from __future__ import annotations

import dataclasses
from math import inf, nan
from typing import Any, TypeVar

import attrs
import pytest
import typing_extensions

from vllm_client.errors import RequestError
from vllm_client.schema.fields import Field
from vllm_client.schema.readers import Mismatch
from vllm_client.schema.walk import TypeWalk, name_of

T = TypeVar("T")


@attrs.frozen
class Point:
    x: int


@dataclasses.dataclass
class Tree:
    leaf: Point
    branches: list[Tree] = dataclasses.field(default_factory=list)


def test_the_schema_and_the_reader_of_a_recursive_class() -> None:
    walk = TypeWalk()

    part = walk.part(Tree, "it")

    assert part.schema == {"$ref": "#/$defs/Tree"}
    assert walk.whole(part.schema)["$defs"].keys() == {"Tree", "Point"}
    assert part.read({"leaf": {"x": 1}, "branches": [{"leaf": {"x": 2}}]}) == Tree(
        Point(1), [Tree(Point(2))]
    )


def test_a_root_class_without_other_references_is_inlined() -> None:
    walk = TypeWalk()

    assert "$defs" not in walk.whole(walk.part(Point, "it").schema)


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        (complex, "it"),
        (tuple[Point, complex], "it"),
        (dict[str, list[complex]], "it"),
        (Point | complex, "it"),
        (attrs.make_class("Line", {"end": attrs.field(type=tuple[Point, complex])}), "Line.end"),
    ],
)
def test_an_error_names_the_field_whose_type_has_no_schema(kind: Any, where: str) -> None:
    with pytest.raises(RequestError, match=f"^{where}: there is no JSON schema for "):
        TypeWalk().part(kind, "it")


def test_an_object_is_made_from_its_fields() -> None:
    fields = [Field("at", Point), Field("count", int, required=False, default=1)]

    part = TypeWalk().object(dict, "f", fields)

    assert part.schema == {
        "type": "object",
        "properties": {
            "at": {"$ref": "#/$defs/Point"},
            "count": {"type": "integer", "default": 1},
        },
        "required": ["at"],
        "additionalProperties": False,
    }
    assert part.read({"at": {"x": 1}}) == {"at": Point(1)}


def test_a_union_of_two_classes_of_the_same_name_reads_both() -> None:
    one = attrs.make_class("Thing", {"a": attrs.field(type=int)})
    other = attrs.make_class("Thing", {"b": attrs.field(type=int)})

    read = TypeWalk().part(one | other, "it").read

    assert (read({"a": 1}), read({"b": 1})) == (one(1), other(1))


Trees = typing_extensions.TypeAliasType("Trees", list["Trees"])  # type: ignore[misc]
Circle = typing_extensions.TypeAliasType("Circle", "Circle")  # type: ignore[misc]
Lost = typing_extensions.TypeAliasType("Lost", list["Nowhere"])  # type: ignore[name-defined]  # noqa: F821
Chain = typing_extensions.TypeAliasType(
    "Chain",
    tuple[T, "Chain[T]"] | None,  # type: ignore[misc]  # recursive
    type_params=(T,),
)


def test_a_recursive_alias_is_a_definition() -> None:
    walk = TypeWalk()

    part = walk.part(list[Trees], "it")  # type: ignore[valid-type]

    assert walk.whole(part.schema) == {
        "type": "array",
        "items": {"$ref": "#/$defs/Trees"},
        "$defs": {"Trees": {"type": "array", "items": {"$ref": "#/$defs/Trees"}}},
    }
    assert part.read([[[], []]]) == [[[], []]]
    with pytest.raises(Mismatch) as caught:
        part.read([[[], 1]])
    assert caught.value.where == "[0][1]"


def test_a_generic_alias_may_be_recursive() -> None:
    read = TypeWalk().part(Chain[int], "it").read

    assert read([1, [2, None]]) == (1, (2, None))
    with pytest.raises(Mismatch):
        read([1, ["2", None]])


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Circle, "it: the type alias Circle is circular"),
        (Lost, "it: Lost: name 'Nowhere' is not defined"),
    ],
)
def test_an_invalid_alias_is_rejected(kind: Any, message: str) -> None:
    with pytest.raises(RequestError, match=f"^{message}"):
        TypeWalk().part(kind, "it")


def test_a_default_that_json_cannot_express_is_not_in_the_schema() -> None:
    fields = [Field("most", float, False, inf), Field("odd", float, False, nan)]

    part = TypeWalk().object(dict, "f", fields)

    assert part.schema["properties"] == {"most": {"type": "number"}, "odd": {"type": "number"}}


@pytest.mark.parametrize(("kind", "name"), [(Point, "Point"), (list[int], "list[int]")])
def test_the_name_of_a_type(kind: Any, name: str) -> None:
    assert name_of(kind) == name
