"""Normalize the arguments of a tool call to their schema, where the meaning is unambiguous.

Tool parsers and models do not always follow the schema. Three deviations are corrected:

- A string that is JSON text of an object or array, where one is expected, is decoded.
- null for an optional key that cannot be null is removed.
- 2.0 where an integer is expected becomes 2.

All other deviations are left to the strict readers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .inlining import DEFINITIONS, JsonSchema

_KINDS: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


def normalized(value: Any, schema: JsonSchema) -> Any:
    """Return a normalized copy of the value."""
    return _normalized(value, schema, schema.get("$defs", {}))


def _normalized(value: Any, schema: Any, definitions: Mapping[str, JsonSchema]) -> Any:
    options = _options(schema, definitions)
    if not any(_fits(value, option) for option in options):
        value = _converted(value, options)
    fitting = [option for option in options if _fits(value, option)]
    chosen = max(fitting, key=lambda option: _likeness(value, option), default={})
    if type(value) is dict:
        return _normalized_object(value, chosen, definitions)
    if type(value) is list:
        return _normalized_array(value, chosen, definitions)
    return value


def _options(schema: Any, definitions: Mapping[str, JsonSchema]) -> list[JsonSchema]:
    """Return the alternatives of a schema, with references and unions resolved."""
    if not isinstance(schema, dict):
        return [{}]
    name = str(schema.get("$ref", "")).removeprefix(DEFINITIONS)
    if name in definitions:
        return _options(definitions[name], definitions)
    union = schema.get("anyOf") or schema.get("oneOf")
    if union:
        return [option for one in union for option in _options(one, definitions)]
    return [schema]


def _fits(value: Any, option: JsonSchema) -> bool:
    """Return whether the value has a type that the schema allows."""
    return not (kinds := _kinds(option)) or not kinds.isdisjoint(_kinds_of(value))


def _kinds(option: JsonSchema) -> set[str]:
    kind = option.get("type")
    return set(kind) if isinstance(kind, list) else {kind} if kind else set()


def _kinds_of(value: Any) -> set[str]:
    kind = _KINDS.get(type(value), "")
    return {"integer", "number"} if kind == "integer" else {kind}


def _converted(value: Any, options: list[JsonSchema]) -> Any:
    """Convert the value to a type that the schema allows, if that does not change its meaning."""
    due = set().union(*map(_kinds, options))
    if type(value) is float and value.is_integer() and "integer" in due:
        return int(value)
    if type(value) is str and due & {"object", "array"}:
        return _decoded(value, due)
    return value


def _decoded(text: str, due: set[str]) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) and _kinds_of(value) & due else text


def _likeness(value: Any, option: JsonSchema) -> int:
    """Rate how well the keys of an object match a schema, to choose among several classes."""
    if type(value) is not dict:
        return 0
    known, required = option.get("properties", {}), option.get("required", ())
    missing, unknown = set(required) - value.keys(), value.keys() - known
    return -len(missing) - len(unknown)


def _normalized_object(
    value: dict[str, Any], schema: JsonSchema, definitions: Mapping[str, JsonSchema]
) -> dict[str, Any]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    required = schema.get("required", ())
    read = {
        key: _normalized(item, known.get(key, others), definitions) for key, item in value.items()
    }
    return {
        key: item
        for key, item in read.items()
        if item is not None
        or key not in known
        or key in required
        or _is_nullable(known[key], definitions)
    }


def _is_nullable(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> bool:
    options = _options(schema, definitions)
    return any(_fits(None, option) and None in option.get("enum", [None]) for option in options)


def _normalized_array(
    value: list[Any], schema: JsonSchema, definitions: Mapping[str, JsonSchema]
) -> list[Any]:
    first, others = schema.get("prefixItems", ()), schema.get("items")
    kinds = [*first[: len(value)], *[others] * (len(value) - len(first))]
    return [_normalized(item, kind, definitions) for item, kind in zip(value, kinds, strict=True)]
