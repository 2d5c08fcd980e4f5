"""Types of values, and vLLM's messages for values of other types."""

from typing import Any

import pytest

from vllm_client.testing.body_kinds import (
    Anything,
    Fields,
    Flag,
    Kind,
    ListOf,
    Literal,
    Maybe,
    Number,
    OneOf,
    Problem,
    Required,
    Text,
    Whole,
    report,
    summary,
)


def read(kind: Kind, value: Any) -> tuple[Any, list[Problem]]:
    problems: list[Problem] = []
    return kind.read(value, "body", problems), problems


@pytest.mark.parametrize(
    ("kind", "value", "read_as"),
    [
        (Text(), "x", "x"),
        (Whole(), 5, 5),
        (Whole(), "5", 5),
        (Whole(), 5.0, 5),
        (Whole(least=0, most=2), "2", 2),
        (Number(), 5, 5),
        (Number(), 0.5, 0.5),
        (Number(), "0.5", 0.5),
        (Flag(), True, True),
        (Flag(), 1, True),
        (Flag(), "False", False),
        (Flag(), "on", True),
        (Literal("a", "b"), "b", "b"),
        (ListOf(), [1, "x"], [1, "x"]),
        (ListOf(Whole()), ["1"], [1]),
        (Maybe(Text()), None, None),
        (Maybe(Whole()), "7", 7),
        (OneOf(Whole(), Text()), "x", "x"),
        (OneOf(Text(), ListOf(Whole())), ["1"], [1]),
        (Fields({"n": Required(Whole()), "m": Text()}), {"n": "1", "z": 2}, {"n": 1, "z": 2}),
        (Anything(), {"a": [1]}, {"a": [1]}),
    ],
)
def test_valid_value_is_returned_as_vllm_parses_it(kind: Kind, value: Any, read_as: Any) -> None:
    assert read(kind, value) == (read_as, [])


@pytest.mark.parametrize(
    ("kind", "value", "type", "message"),
    [
        (Text(), 5, "string_type", "Input should be a valid string"),
        (Whole(), [], "int_type", "Input should be a valid integer"),
        (Whole(), "x", "int_parsing", "unable to parse string as an integer"),
        (Whole(), 5.5, "int_from_float", "got a number with a fractional part"),
        (Whole(least=1), 0, "greater_than_equal", "greater than or equal to 1"),
        (Whole(most=2), "9", "less_than_equal", "less than or equal to 2"),
        (Number(), [], "float_type", "Input should be a valid number"),
        (Number(), "x", "float_parsing", "unable to parse string as a number"),
        (Flag(), [], "bool_type", "Input should be a valid boolean"),
        (Flag(), "maybe", "bool_parsing", "unable to interpret input"),
        (Flag(), 7, "bool_parsing", "unable to interpret input"),
        (Literal("a"), 5, "literal_error", "Input should be 'a'"),
        (Literal("a", "b"), "c", "literal_error", "Input should be 'a' or 'b'"),
        (Literal("a", "b", "c"), [], "literal_error", "Input should be 'a', 'b' or 'c'"),
        (ListOf(), "x", "list_type", "Input should be a valid list"),
        (ListOf(noun="iterable"), 5, "iterable_type", "Input should be iterable"),
        (ListOf(noun="sequence"), "x", "sequence_str", "not allowed as a Sequence value"),
        (ListOf(noun="sequence"), 5, "list_type", "Input should be a valid list"),
        (ListOf(least=1), [], "too_short", "at least 1 item after validation, not 0"),
        (ListOf(least=2), [1], "too_short", "at least 2 items after validation, not 1"),
        (Maybe(Text()), 5, "string_type", "Input should be a valid string"),
        (Required(Text()), None, "string_type", "Input should be a valid string"),
        (Fields(), 5, "model_attributes_type", "dictionary or object to extract fields from"),
        (Fields(plain=True), 5, "dict_type", "Input should be a valid dictionary"),
        (Fields({"n": Required()}), {}, "missing", "Field required"),
    ],
)
def test_invalid_value_is_a_problem(kind: Kind, value: Any, type: str, message: str) -> None:
    same, [problem] = read(kind, value)

    assert same in (value, 9)
    assert problem.type == type
    assert message in problem.message


def test_problem_has_the_location_of_the_value() -> None:
    kind = Fields({"a": ListOf(Fields({"n": Required(Whole())}, "Item", plain=True))})
    _, problems = read(kind, {"a": [{"n": 1}, {"n": "x"}, {}, 5]})

    assert [problem.where for problem in problems] == [
        "body.a.1.Item.n",
        "body.a.2.Item.n",
        "body.a.3.Item",
    ]


def test_value_of_no_union_type_has_the_problems_of_all() -> None:
    _, problems = read(OneOf(Text(), ListOf(Text())), [5])

    assert [problem.where for problem in problems] == ["body", "body.0"]


def test_problem_is_formatted_like_pydantics() -> None:
    problem = Problem("int_type", "body.n", "No.", [1, 2], {"le": 3})

    assert str(problem) == (
        "{'type': 'int_type', 'loc': 'body.n', 'msg': 'No.', 'input': '<list of 2 items>',"
        " 'ctx': {'le': 3}}"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"a": 1}, "<dict of 1 items>"),
        ([], "<list of 0 items>"),
        (5, "5"),
        (None, "None"),
        ("x" * 201, "x" * 200 + "...[truncated]"),
    ],
)
def test_long_values_are_shortened(value: Any, shown: str) -> None:
    assert summary(value) == shown


def test_ten_problems_are_listed_and_the_others_counted() -> None:
    problem = Problem("t", "w", "m", 1)

    assert report([problem]).startswith("1 validation error:\n  {")
    assert report([problem] * 10).count("\n") == 10
    assert report([problem] * 12).endswith("\n  ...and 2 more errors")
