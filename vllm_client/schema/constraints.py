"""Constraints in an `Annotated`, such as `Field(ge=1)` or `Len(2)`: as keywords, and as checks.

They are those of pydantic and of annotated_types, neither of which is imported: a constraint is
known by the names of its attributes.
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
"""The name of a constraint, as pydantic has it, and its bound."""

_LIBRARIES = frozenset({"annotated_types", "pydantic", "pydantic_core"})

# Constraints that hold for all that we read.
_ALWAYS_TRUE = frozenset({"strict", "allow_inf_nan"})


def is_constraint(note: Any) -> bool:
    """Whether a note in an Annotated is a constraint, not only a description."""
    if type(note).__module__.partition(".")[0] not in _LIBRARIES:
        return False
    return not hasattr(note, "documentation") and bool(getattr(note, "metadata", True))


def constraints_in(notes: Iterable[Any]) -> list[Constraint]:
    """The constraints among the notes of an Annotated.

    Raises:
        ValueError: Only pydantic could check one of them.
    """
    return [found for note in notes if is_constraint(note) for found in _constraints(note)]


def with_keywords(schema: dict[str, Any], constraints: Sequence[Constraint]) -> dict[str, Any]:
    """Add the keywords of JSON schema that say the same; in a union to the types that they fit."""
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
    """Make a reader that also checks the constraints; None, in an optional type, is exempt."""

    def read_and_check(value: Any) -> Any:
        made = read(value)
        for name, bound in constraints if made is not None else ():
            _check(name, bound, made)
        return made

    return read_and_check


def _constraints(note: Any) -> Iterator[Constraint]:
    parts = getattr(note, "metadata", None)
    if parts is None and hasattr(note, "__iter__"):  # such as Interval and Len
        parts = note
    if parts is not None:
        for part in parts:
            yield from _constraints(part)
        return
    is_pydantics = type(note).__module__.partition(".")[0] != "annotated_types"
    for name, bound in _attributes(note).items():
        if name in _ALWAYS_TRUE or (is_pydantics and bound is None):
            continue
        # a validator of pydantic has a `func` as well, and may change the value
        if name not in _CHECKS or (is_pydantics and name == "func"):
            raise ValueError(f"only a pydantic model can hold to {note!r:.200}")
        yield name, bound


def _attributes(note: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(note):
        return {field.name: getattr(note, field.name) for field in dataclasses.fields(note)}
    # a note that has none, such as a marker class, is no constraint that we know
    return dict(getattr(note, "__dict__", None) or {type(note).__name__: note})


def _json_bound(bound: Any) -> Any:
    """The bound as JSON knows it; None for a bound that it does not know, such as a date."""
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
    except Exception as error:  # the caller's types and functions may raise whatever they like
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

# The keyword by the name of the constraint and the type in the schema.
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
