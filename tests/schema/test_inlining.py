"""Inlining the definitions of a JSON schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vllm_client.schema.inlining import inlined

POINT = {"type": "object", "properties": {"x": {"type": "integer"}}}
LINE = {"type": "object", "properties": {"from": {"$ref": "#/$defs/Point"}}}
NODE = {
    "type": "object",
    "properties": {"next": {"$ref": "#/$defs/Node"}, "at": {"$ref": "#/$defs/Point"}},
}
# two mutually recursive classes
EVEN = {"type": "object", "properties": {"odd": {"$ref": "#/$defs/Odd"}}}
ODD = {"type": "object", "properties": {"even": {"$ref": "#/$defs/Even"}}}
DEFINITIONS = {"Point": POINT, "Line": LINE, "Node": NODE, "Even": EVEN, "Odd": ODD}


def ref(name: str, **more: Any) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}", **more}


def result(part: dict[str, Any]) -> dict[str, Any]:
    return inlined({**part, "$defs": DEFINITIONS})


def without_definitions(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result(part).items() if key != "$defs"}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (ref("Point"), POINT),
        (ref("Point", description="Where."), {**POINT, "description": "Where."}),
        (ref("Line"), {"type": "object", "properties": {"from": POINT}}),
        ({"properties": {"a": ref("Point")}}, {"properties": {"a": POINT}}),
        ({"items": ref("Point")}, {"items": POINT}),
        ({"prefixItems": [ref("Point")]}, {"prefixItems": [POINT]}),
        ({"additionalProperties": ref("Point")}, {"additionalProperties": POINT}),
        ({"anyOf": [ref("Point"), {"type": "null"}]}, {"anyOf": [POINT, {"type": "null"}]}),
        (
            {"oneOf": [ref("Point")], "discriminator": {"mapping": {"p": "#/$defs/Point"}}},
            {"oneOf": [POINT]},
        ),
    ],
)  # fmt: skip
def test_a_reference_is_replaced(part: dict[str, Any], expected: dict[str, Any]) -> None:
    assert without_definitions(part) == expected


@pytest.mark.parametrize(
    "part",
    [
        {"additionalProperties": False},
        {"default": {"$ref": "#/$defs/Point"}},
        {"enum": [{"$ref": "#/$defs/Point"}]},
        {"properties": {"items": {"type": "string"}, "discriminator": {"type": "string"}}},
        {"$ref": "#/elsewhere"},
        {"properties": {"$ref": {"type": "string"}, "default": {"type": "integer"}}},
    ],
)
def test_other_keywords_are_not_changed(part: dict[str, Any]) -> None:
    assert without_definitions(part) == part


def test_without_recursion_no_definition_remains() -> None:
    schema = {"items": ref("Point"), "$defs": {"Point": POINT, "Line": LINE}}

    assert inlined(schema) == {"items": POINT}


def test_a_recursive_class_is_inlined_once() -> None:
    schema = result({"properties": {"node": ref("Node"), "several": {"items": ref("Node")}}})
    node = {**NODE, "properties": {"next": ref("Node"), "at": POINT}}

    assert schema["properties"] == {"node": node, "several": {"items": node}}
    assert schema["$defs"]["Node"] == node


def test_mutually_recursive_classes_keep_their_definitions() -> None:
    schema = result({"properties": {"even": ref("Even")}})

    assert schema["properties"] == {"even": EVEN}
    assert {name: schema["$defs"][name] for name in ("Even", "Odd")} == {"Even": EVEN, "Odd": ODD}


@pytest.mark.parametrize(
    "holder",
    [
        {"items": ref("Tree")},
        {"anyOf": [{"type": "null"}, ref("Tree")]},
        {"additionalProperties": {"prefixItems": [ref("Tree")]}},
    ],
)
def test_a_class_may_be_recursive_in_any_position(holder: dict[str, Any]) -> None:
    tree = {"type": "object", "properties": {"branches": holder}}
    schema = inlined({"properties": {"tree": ref("Tree")}, "$defs": {"Tree": tree}})

    assert schema == {"properties": {"tree": tree}, "$defs": {"Tree": tree}}


def test_many_mutually_recursive_classes_do_not_blow_up_the_schema() -> None:
    names = [f"C{number}" for number in range(30)]
    definitions = {
        name: {"type": "object", "properties": {other: ref(other) for other in names}}
        for name in names
    }

    schema = inlined({"properties": {"a": ref("C0")}, "$defs": definitions})

    assert len(json.dumps(schema)) < 2 * len(json.dumps(definitions))
