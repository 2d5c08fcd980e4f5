"""Inline the definitions of a JSON schema.

Several of vLLM's tool parsers use the `type` of a parameter to parse its value, and treat a
parameter without one, such as a bare `$ref`, as a string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

JsonSchema = dict[str, Any]

# The prefix of a reference to a definition.
DEFINITIONS = "#/$defs/"

# Keywords whose value is a schema, a list of schemas, or an object of schemas.
_ONE = frozenset({"items", "additionalProperties", "contains", "propertyNames", "not"})
_SEVERAL = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NAMED = frozenset({"properties", "patternProperties"})


def inlined(schema: JsonSchema) -> JsonSchema:
    """Replace each `$ref` by its definition.

    References between recursive definitions are not replaced. So these definitions are also kept
    in `$defs`.
    """
    definitions: Mapping[str, JsonSchema] = schema.get("$defs", {})
    reached = {name: _reached_from(name, definitions) for name in definitions}
    recursive = {name for name, others in reached.items() if name in others}

    def replaced(part: JsonSchema, within: bool = False) -> JsonSchema:
        name = _name_in(part)
        if name not in definitions:
            return _with_parts(_without_mapping(part), lambda one: replaced(one, within))
        if within and name in recursive:
            return part
        inner = replaced(definitions[name], within or name in recursive)
        return {**inner, **{key: value for key, value in part.items() if key != "$ref"}}

    whole = replaced({key: value for key, value in schema.items() if key != "$defs"})
    kept = {name: replaced(definitions[name], within=True) for name in definitions}
    kept = {name: definition for name, definition in kept.items() if name in recursive}
    return {**whole, "$defs": kept} if kept else whole


def _name_in(part: JsonSchema) -> str:
    return str(part.get("$ref", "")).removeprefix(DEFINITIONS)


def _reached_from(name: str, definitions: Mapping[str, JsonSchema]) -> set[str]:
    """Return the definitions to which a definition refers, directly or through others."""
    found: set[str] = set()
    waiting = [definitions[name]]
    while waiting:
        for other in _names_within(waiting.pop()):
            if other in definitions and other not in found:
                found.add(other)
                waiting.append(definitions[other])
    return found


def _names_within(part: JsonSchema) -> Iterator[str]:
    if "$ref" in part:
        yield _name_in(part)
    for keyword, value in part.items():
        for inner in _parts_of(keyword, value):
            yield from _names_within(inner)


def _parts_of(keyword: str, value: Any) -> list[JsonSchema]:
    if keyword in _ONE and isinstance(value, dict):
        return [value]
    if keyword in _SEVERAL and isinstance(value, list):
        return value
    return list(value.values()) if keyword in _NAMED else []


def _with_parts(part: JsonSchema, change: Callable[[JsonSchema], JsonSchema]) -> JsonSchema:
    """Return a copy of the schema with `change` applied to each schema directly inside it."""

    def changed(keyword: str, value: Any) -> Any:
        if keyword in _ONE and isinstance(value, dict):
            return change(value)
        if keyword in _SEVERAL:
            return [change(one) for one in value]
        if keyword in _NAMED:
            return {name: change(one) for name, one in value.items()}
        return value

    return {keyword: changed(keyword, value) for keyword, value in part.items()}


def _without_mapping(part: JsonSchema) -> JsonSchema:
    """Remove OpenAPI's "discriminator", which refers to definitions by name."""
    if isinstance(part.get("discriminator"), dict):
        return {keyword: value for keyword, value in part.items() if keyword != "discriminator"}
    return part
