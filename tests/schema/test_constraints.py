"""Constraints of pydantic and annotated_types, as schema keywords and as checks."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from math import inf
from typing import Annotated, Any

import pytest
from typing_extensions import Doc

pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")
annotated_types = pytest.importorskip("annotated_types", reason="comes with pydantic")

from pydantic import Field  # noqa: E402

from vllm_client.errors import ParseError, RequestError  # noqa: E402
from vllm_client.schema.constraints import (  # noqa: E402
    checked,
    constraints_in,
    is_constraint,
    with_keywords,
)
from vllm_client.schema.readers import Mismatch, anything  # noqa: E402
from vllm_client.schema.types import shape_of, shape_of_arguments  # noqa: E402


def test_a_constraint_is_distinguished_from_a_description() -> None:
    assert is_constraint(annotated_types.Gt(5))
    assert is_constraint(pydantic.Field(gt=5))
    assert not is_constraint(pydantic.Field(description="words"))
    assert not is_constraint(annotated_types.doc("words"))
    assert not is_constraint("words")
    assert not is_constraint(Doc("words"))


def is_even(value: int) -> bool:
    return value % 2 == 0


@pytest.mark.parametrize(
    ("note", "constraints"),
    [
        (annotated_types.Gt(1), [("gt", 1)]),
        (annotated_types.Interval(ge=1, lt=5), [("ge", 1), ("lt", 5)]),
        (annotated_types.Len(1, 3), [("min_length", 1), ("max_length", 3)]),
        (annotated_types.MultipleOf(2), [("multiple_of", 2)]),
        (annotated_types.Predicate(is_even), [("func", is_even)]),
        (Field(ge=1, pattern="^a"), [("ge", 1), ("pattern", "^a")]),
        (Field(decimal_places=2), [("decimal_places", 2)]),
        (pydantic.StringConstraints(min_length=1), [("min_length", 1)]),
        (pydantic.Strict(), []),
        (Field(allow_inf_nan=False), []),
        ("words", []),
        (5, []),
    ],
)
def test_constraints_in_an_annotation(note: Any, constraints: Any) -> None:
    assert constraints_in([note]) == constraints


@pytest.mark.parametrize(
    "note",
    [
        pydantic.AfterValidator(abs),
        pydantic.StringConstraints(to_upper=True),
        annotated_types.Timezone(None),
    ],
)
def test_a_constraint_that_only_pydantic_can_check_is_rejected(note: Any) -> None:
    with pytest.raises(ValueError, match="only a pydantic model can check "):
        constraints_in([note])


@pytest.mark.parametrize(
    ("kind", "keywords"),
    [
        (Annotated[int, Field(ge=1, le=10)], {"minimum": 1, "maximum": 10}),
        (Annotated[float, Field(gt=1, lt=2)], {"exclusiveMinimum": 1, "exclusiveMaximum": 2}),
        (Annotated[int, Field(multiple_of=5)], {"multipleOf": 5}),
        (Annotated[str, Field(min_length=1, max_length=2)], {"minLength": 1, "maxLength": 2}),
        (Annotated[list[int], annotated_types.Len(1, 2)], {"minItems": 1, "maxItems": 2}),
        (Annotated[dict[str, int], annotated_types.MinLen(1)], {"minProperties": 1}),
        (Annotated[str, Field(pattern="^a")], {"pattern": "^a"}),
        (Annotated[str, Field(pattern=re.compile("^a"))], {"pattern": "^a"}),
        (Annotated[float, annotated_types.Le(inf)], {}),
        (Annotated[date, annotated_types.Ge(date(2026, 1, 1))], {}),
        (pydantic.PositiveInt, {"exclusiveMinimum": 0}),
        (pydantic.StrictInt, {}),
        (pydantic.conint(ge=2), {"minimum": 2}),
    ],
)
def test_a_constraint_is_a_keyword_of_the_schema(kind: Any, keywords: dict[str, Any]) -> None:
    plain = shape_of(kind.__origin__, "it").schema

    assert shape_of(kind, "it").schema == {**plain, **keywords}


def test_in_a_union_keywords_are_added_to_the_types_they_apply_to() -> None:
    schema = {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}

    assert with_keywords(schema, [("ge", Decimal(1)), ("min_length", 2)]) == {
        "anyOf": [
            {"type": "integer", "minimum": 1.0},
            {"type": "string", "minLength": 2},
            {"type": "null"},
        ]
    }


@pytest.mark.parametrize(
    ("kind", "good", "bad", "expected"),
    [
        (Annotated[int, Field(ge=1)], 1, 0, "at least 1"),
        (Annotated[int, Field(gt=1)], 2, 1, "more than 1"),
        (Annotated[int, Field(le=1)], 1, 2, "at most 1"),
        (Annotated[int, Field(lt=1)], 0, 1, "less than 1"),
        (Annotated[int | None, Field(ge=1)], None, 0, "at least 1"),
        (Annotated[int, Field(multiple_of=5)], 10, 11, "a multiple of 5"),
        (Annotated[float, Field(multiple_of=0.1)], 0.3, 0.35, "a multiple of 0.1"),
        (Annotated[str, Field(min_length=2)], "ab", "a", "a length of at least 2"),
        (Annotated[list[int], annotated_types.Len(0, 1)], [1], [1, 2], "a length of at most 1"),
        (Annotated[str, Field(pattern="b$")], "ab", "ba", "text that matches 'b$'"),
        (Annotated[Decimal, Field(decimal_places=2)], "1.25", "1.255", "at most 2 decimal places"),
        (Annotated[Decimal, Field(max_digits=3)], "12.5", "12.55", "at most 3 digits"),
        (Annotated[date, annotated_types.Ge(date(2026, 1, 1))], "2026-01-01", "2025-12-31", "at l"),
        (Annotated[int, annotated_types.Predicate(is_even)], 2, 1, "a value for which "),
    ],
)
def test_a_constraint_is_checked(kind: Any, good: Any, bad: Any, expected: str) -> None:
    shape = shape_of(kind, "it")

    shape.read(good)
    with pytest.raises(ParseError, match=rf"^\$: expected {re.escape(expected)}"):
        shape.read(bad)


def test_a_check_that_fails_is_a_mismatch() -> None:
    with pytest.raises(Mismatch, match="cannot check min_length=1: object of type 'int' has no"):
        checked(anything, [("min_length", 1)])(5)


def test_errors_of_constrained_parameters_have_a_path() -> None:
    def roll(dice: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=2)]) -> None: ...

    shape = shape_of_arguments(roll, "roll")

    assert shape.schema["properties"]["dice"] == {
        "type": "array",
        "items": {"type": "integer", "minimum": 1},
        "maxItems": 2,
    }
    with pytest.raises(ParseError, match=r"^\$\.dice\[1\]: expected at least 1, got 0$"):
        shape.read({"dice": [1, 0]})


def test_the_error_of_a_rejected_constraint_names_the_parameter() -> None:
    def roll(dice: Annotated[int, pydantic.AfterValidator(abs)]) -> None: ...

    with pytest.raises(RequestError, match=r"roll\.dice: only a pydantic model can check "):
        shape_of_arguments(roll, "roll")
