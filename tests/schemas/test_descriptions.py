"""Extracting limits and defaults from descriptions and schemas, including wrong descriptions."""

from typing import Any, TypedDict

import pytest

from tests.schemas.descriptions import (
    agrees,
    descriptions,
    loose_limits,
    plain_defaults,
    range_of,
    stated_default,
    stated_range,
)


class Base(TypedDict, total=False):
    """The options of a base class."""

    first: int
    """One. Range: 0 or more.
    Default: 1."""


class Derived(Base, total=False):
    """The options of a derived class."""

    second: str
    """Two."""


def test_descriptions_include_all_bases_and_have_no_line_breaks() -> None:
    expected = {"first": "One. Range: 0 or more. Default: 1.", "second": "Two."}

    assert descriptions(Derived) == expected


@pytest.mark.parametrize(
    ("text", "limits", "default"),
    [
        ("Salt. Range: 1 to 128 characters. Default: none.", "1 to 128 characters", "none"),
        ("Share. Range: 0.5 to 1.5. Default: 0.5, or so.", "0.5 to 1.5", "0.5, or so"),
        ("Range: up to 4 items.", "up to 4 items", None),
        ("A text.", None, None),
    ],
)
def test_limits_and_default_are_extracted_from_a_description(
    text: str, limits: str | None, default: str | None
) -> None:
    assert (stated_range(text), stated_default(text)) == (limits, default)


@pytest.mark.parametrize(
    "text",
    [
        "A secret, 1 to 128 characters. Default: none.",
        "Texts, at most 4.",
        "At least one; at least 2.",
        "5 or more tokens. Range: 5 or more.",
        "Items, up to 4.",
    ],
)
def test_limits_outside_of_the_range_are_found(text: str) -> None:
    assert len(loose_limits(text)) == 1


def test_limits_in_the_range_sentence_are_not_reported() -> None:
    assert loose_limits("Penalty, -1 for none. Range: -2 to 2. Default: 0.") == []


@pytest.mark.parametrize(
    ("schema", "limits"),
    [
        ({"type": "string", "minLength": 1, "maxLength": 1024}, "1 to 1024 characters"),
        ({"anyOf": [{"maxItems": 4, "type": "array"}, {"type": "null"}]}, "up to 4 items"),
        ({"anyOf": [{"minimum": -2.0, "maximum": 2.0}, {"type": "null"}]}, "-2 to 2"),
        ({"minimum": -1.0, "maximum": 2.0**63}, "-1 or more"),
        ({"minimum": -(2.0**63), "maximum": 2.0**63}, None),
        ({"exclusiveMinimum": 0}, "above 0"),
        ({"exclusiveMaximum": 1}, "below 1"),
        ({"type": "array", "items": {"minimum": 0}}, None),
        ({"type": "string"}, None),
    ],
)
def test_limits_of_a_schema_are_formatted_as_in_a_description(
    schema: dict[str, Any], limits: str | None
) -> None:
    assert range_of(schema) == limits


def test_plain_defaults_of_schemas_are_formatted_as_in_a_description() -> None:
    values: list[Any] = [True, 0, 1.0, "auto", "", [], {}]

    expected = {"True", "0", "1", '"auto"', '""'}
    assert plain_defaults([{"default": value} for value in values] + [{}]) == expected


@pytest.mark.parametrize(
    ("stated", "defaults", "right"),
    [
        ("0, no detection", {"0"}, True),
        ("True", {"True"}, True),
        ("1", {"16"}, False),
        ("16", {"1"}, False),
        ("1.5", {"1"}, False),
        ("the model's, else 1", {"1"}, False),
        (None, {"False"}, False),
        (None, set(), True),
        ("True for texts, False for chats", {"True", "False"}, True),
        ("True", {"True", "False"}, False),
    ],
)
def test_a_stated_default_agrees_with_those_of_the_schemas(
    stated: str | None, defaults: set[str], right: bool
) -> None:
    assert agrees(stated, defaults) is right
