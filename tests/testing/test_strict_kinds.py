"""Strictly validated types: rejected values and their error messages."""

from typing import Any

import pytest

from vllm_client.testing.body_kinds import Anything, Kind, Problem, Required, Text
from vllm_client.testing.strict_kinds import (
    Checked,
    Closed,
    Constant,
    Labelled,
    Short,
    StrictFlag,
    Tagged,
    unknown_fields,
)


def problems(kind: Kind, value: Any) -> list[tuple[str, str]]:
    found: list[Problem] = []
    kind.read(value, "body", found)
    return [(problem.type, problem.where) for problem in found]


def no_name(value: Any) -> str | None:
    return None if "name" in value else "needs a name"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (StrictFlag(), True, []),
        (StrictFlag(), "true", [("bool_type", "body")]),
        (Constant(False), False, []),
        (Constant(False), True, [("literal_error", "body")]),
        (Labelled("str", Text()), 5, [("string_type", "body.str")]),
        (Closed({"a": Required()}), {"a": 1}, []),
        (
            Closed({"a": Required()}),
            {"b": 1},
            [("missing", "body.a"), ("extra_forbidden", "body.b")],
        ),
        (Closed({}), [], [("model_attributes_type", "body")]),
        (Short(1, Text()), ["a"], []),
        (Short(1, Text()), ["a", 5], [("too_long", "body")]),
        (Short(2, Text(), 1), [], [("too_short", "body")]),
        (Short(2, Text()), {}, [("list_type", "body")]),
        (Tagged({"x": Closed({"type": Anything()})}), {"type": "x"}, []),
        (
            Tagged({"x": Closed({"type": Text()})}),
            {"type": "x", "a": 1},
            [("extra_forbidden", "body.x.a")],
        ),
        (Tagged({"x": Text()}), {"type": "y"}, [("union_tag_invalid", "body")]),
        (Tagged({"x": Text()}), {}, [("union_tag_not_found", "body")]),
        (Tagged({"x": Text()}), 5, [("union_tag_not_found", "body")]),
        (Checked(Closed({"name": Text()}), no_name), {"name": "a"}, []),
        (Checked(Closed({"name": Text()}), no_name), {}, [("value_error", "body")]),
        (Checked(Closed({"name": Text()}), no_name), {"a": 1}, [("extra_forbidden", "body.a")]),
        (Checked(Closed({"name": Text()}), no_name, True), {"a": 1}, [("value_error", "body")]),
        (
            Checked(Closed({"name": Text()}), no_name, True),
            {"name": 1},
            [("string_type", "body.name")],
        ),
    ],
)
def test_problems_have_their_type_and_location(
    kind: Kind, value: Any, expected: list[tuple[str, str]]
) -> None:
    assert problems(kind, value) == expected


def test_only_objects_have_fields() -> None:
    assert unknown_fields(["a"], {}, "body") == []
