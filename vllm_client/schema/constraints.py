"""Convert constraints in an `Annotated` to JSON schema keywords and to checks.

Constraints are those of pydantic, such as `Field(ge=1)`, and of annotated_types, such as `Len(2)`.
Neither package is imported: a constraint is recognized by the names of its attributes.
"""

from __future__ import annotations

import dataclasses
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import isclose, isfinite
from typing import Any, TypeAlias

from .readers import Mismatch, Read

Constraint: TypeAlias = tuple[str, Any]
"""The name of a constraint in pydantic, and its bound."""

_LIBRARIES = frozenset({"annotated_types", "pydantic", "pydantic_core"})

# Constraints that every value read from JSON satisfies, since the readers here are always strict.
_ALWAYS_TRUE = frozenset({"strict", "allow_inf_nan"})


def is_constraint(note: Any) -> bool:
    """Return whether an item of an Annotated is a constraint, and not a description."""
    if type(note).__module__.partition(".")[0] not in _LIBRARIES:
        return False
    return not hasattr(note, "documentation") and bool(getattr(note, "metadata", True))


def constraints_in(notes: Iterable[Any]) -> list[Constraint]:
    """Return the constraints among the items of an Annotated.

    Raises:
        ValueError: A constraint can be checked only by pydantic.
    """
    return [found for note in notes if is_constraint(note) for found in _constraints(note)]


def with_keywords(schema: dict[str, Any], constraints: Sequence[Constraint]) -> dict[str, Any]:
    """Add the JSON schema keywords of constraints. In a union they are added to matching types."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [with_keywords(one, constraints) for one in schema["anyOf"]]}
    kind = "number" if schema.get("type") == "integer" else schema.get("type")
    added = {
        keyword: _json_bound(bound)
        for name, bound in constraints
        if (keyword := _KEYWORDS.get((name, kind))) and _json_bound(bound) is not None
    }
    return {**schema, **added}


def checked(read: Read, constraints: Sequence[Constraint]) -> Read:
    """Make a reader that also checks the constraints, except on the None of an optional type."""

    def read_and_check(value: Any) -> Any:
        made = read(value)
        for name, bound in constraints if made is not None else ():
            _check(name, bound, made)
        return made

    return read_and_check


def _constraints(note: Any) -> Iterator[Constraint]:
    parts = getattr(note, "metadata", None)
    if parts is None and hasattr(note, "__iter__"):  # groups of constraints: Interval and Len
        parts = note
    if parts is not None:
        for part in parts:
            yield from _constraints(part)
        return
    is_pydantics = type(note).__module__.partition(".")[0] != "annotated_types"
    for name, bound in _attributes(note).items():
        if name in _ALWAYS_TRUE or (is_pydantics and bound is None):
            continue
        # pydantic's validators have a `func`, too, but may change the value
        if name not in _CHECKS or (is_pydantics and name == "func"):
            raise ValueError(f"only a pydantic model can check {note!r:.200}")
        yield name, bound


def _attributes(note: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(note):
        return {field.name: getattr(note, field.name) for field in dataclasses.fields(note)}
    # an object without attributes, such as a marker class, is reported as an unknown constraint
    return dict(getattr(note, "__dict__", None) or {type(note).__name__: note})


def _json_bound(bound: Any) -> Any:
    """Return the bound as a JSON value; None if JSON has no such value, as for a date."""
    if isinstance(bound, Decimal):
        bound = float(bound)
    if isinstance(bound, float):
        return bound if isfinite(bound) else None
    if isinstance(bound, re.Pattern):
        return bound.pattern
    return bound if isinstance(bound, int | str) else None


def _check(name: str, bound: Any, value: Any) -> None:
    holds, expected = _CHECKS[name]
    try:
        if holds(value, bound):
            return
    except Exception as error:  # types and functions of the caller may raise anything
        raise Mismatch(f"cannot check {name}={bound!r:.80}: {error}") from error
    raise Mismatch(f"expected {expected.format(bound)}, got {value!r:.80}")


def _is_multiple(value: Any, factor: Any) -> bool:
    if isinstance(value, float) or isinstance(factor, float):
        return isclose(round(value / factor) * factor, value, rel_tol=1e-9)
    return bool(value % factor == 0)


def _matches(value: str, pattern: str | re.Pattern[str]) -> bool:
    return re.search(pattern, value) is not None


def _digits(value: Decimal) -> int:
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    return max(len(digits) + max(exponent, 0), -exponent)


def _decimal_places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return max(-exponent, 0)


_CHECKS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    "gt": (operator.gt, "more than {}"),
    "ge": (operator.ge, "at least {}"),
    "lt": (operator.lt, "less than {}"),
    "le": (operator.le, "at most {}"),
    "multiple_of": (_is_multiple, "a multiple of {}"),
    "min_length": (lambda value, bound: len(value) >= bound, "a length of at least {}"),
    "max_length": (lambda value, bound: len(value) <= bound, "a length of at most {}"),
    "pattern": (_matches, "text that matches {!r}"),
    "max_digits": (lambda value, bound: _digits(value) <= bound, "at most {} digits"),
    "decimal_places": (
        lambda value, bound: _decimal_places(value) <= bound,
        "at most {} decimal places",
    ),
    "func": (lambda value, holds: bool(holds(value)), "a value for which {!r} holds"),
}

# (name of the constraint, type in the schema) -> keyword of JSON schema.
_KEYWORDS: Mapping[tuple[str, Any], str] = {
    ("gt", "number"): "exclusiveMinimum",
    ("ge", "number"): "minimum",
    ("lt", "number"): "exclusiveMaximum",
    ("le", "number"): "maximum",
    ("multiple_of", "number"): "multipleOf",
    ("min_length", "string"): "minLength",
    ("max_length", "string"): "maxLength",
    ("min_length", "array"): "minItems",
    ("max_length", "array"): "maxItems",
    ("min_length", "object"): "minProperties",
    ("max_length", "object"): "maxProperties",
    ("pattern", "string"): "pattern",
}
