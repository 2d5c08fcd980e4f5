"""Conversion of JSON values to Arrow columns."""

from __future__ import annotations

from typing import Any

import pytest

from vllm_client.integrations.ray.arrow_types import arrow_array, arrow_type

pytestmark = pytest.mark.ray

TEXT, COUNT = {"type": "string"}, {"type": "integer"}
NULL = {"type": "null"}
POINT = {"type": "object", "properties": {"x": COUNT, "name": {"anyOf": [TEXT, NULL]}}}


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        (TEXT, "string"),
        ({"type": "string", "format": "date"}, "string"),
        ({"type": "string", "enum": ["a"]}, "string"),
        (COUNT, "int64"),
        ({"type": "number"}, "double"),
        ({"type": "boolean"}, "bool"),
        ({"type": "array", "items": {"type": "number", "format": "float"}}, "list<item: float>"),
        ({"anyOf": [NULL, COUNT]}, "int64"),
        (POINT, "struct<x: int64, name: string>"),
        ({"type": "array", "items": POINT}, "list<item: struct<x: int64, name: string>>"),
    ],
)
def test_the_type_follows_from_the_schema(schema: Any, name: str) -> None:
    assert str(arrow_type(schema)) == name


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"anyOf": [TEXT, COUNT]},
        {"anyOf": [NULL]},
        {"type": "object", "additionalProperties": COUNT},
        {"type": "object", "properties": {}},
        {"type": "array", "items": {"anyOf": [TEXT, COUNT]}},
        {"$ref": "#/$defs/Node"},
    ],
)
def test_values_without_a_type_are_kept_as_json(schema: Any) -> None:
    column = arrow_array([{"a": [1, "b"]}, None], schema)

    assert str(column.type) == "string"
    assert column.to_pylist() == ['{"a": [1, "b"]}', None]


def test_a_column_of_nulls_has_the_type_of_its_schema() -> None:
    assert str(arrow_array([None, None], COUNT).type) == "int64"


@pytest.mark.parametrize(
    ("values", "schema", "kept"),
    [
        ([1, 2**70], COUNT, [1, None]),
        (["a\ud83d", "b"], TEXT, ["a\ufffd", "b"]),
        ([{"x": 2**70, "name": "n"}, {"x": 1, "name": "n"}], POINT, [None, {"x": 1, "name": "n"}]),
    ],
)
def test_a_value_of_the_wrong_type_becomes_null(values: Any, schema: Any, kept: Any) -> None:
    assert arrow_array(values, schema).to_pylist() == kept
