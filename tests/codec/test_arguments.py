"""The arguments of tool calls, in all forms that servers and models write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vllm_client.codec.arguments import as_object, as_text, is_whole, object_in, read_arguments
from vllm_client.codec.decoder import structure
from vllm_client.codec.tool_call import FunctionCall
from vllm_client.errors import ParseError

OBJECT = json.dumps({"city": "Rome"})


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ("", {}),
        (" \n", {}),
        ("null", {}),
        ('""', {}),
        ("{}", {}),
        (OBJECT, {"city": "Rome"}),
        (json.dumps(OBJECT), {"city": "Rome"}),
        (f" {OBJECT}\n", {"city": "Rome"}),
        (json.dumps(json.dumps(OBJECT)), json.dumps(OBJECT)),  # decoded at most twice
        ('"Rome"', "Rome"),
        ('"[1]"', "[1]"),
        ("[1]", [1]),
        ("5", 5),
        ('{"n": 123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
    ],
)
def test_arguments_are_decoded(arguments: str, value: Any) -> None:
    assert read_arguments(arguments) == value
    assert FunctionCall("f", arguments).parse() == value


@pytest.mark.parametrize("arguments", ["{", '{"a": 1}{"b": 2}', "{a: 1}", "x", "[" * 100_000])
def test_arguments_that_are_not_json_are_rejected(arguments: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        read_arguments(arguments)


@pytest.mark.parametrize(
    ("arguments", "at_once", "at_the_end"),
    [
        (OBJECT, True, True),
        (json.dumps(OBJECT), True, True),
        ("{}", True, True),
        ("", False, True),
        ("  ", False, True),
        ("12", False, True),
        ("[1]", False, True),
        ('"a"', False, True),
        ('{"a"', False, False),
        ("[" * 100_000, False, False),
    ],
)
def test_an_object_is_complete_at_once_and_other_arguments_at_the_end(
    arguments: str, at_once: bool, at_the_end: bool
) -> None:
    assert is_whole(arguments, finished=False) is at_once
    assert is_whole(arguments, finished=True) is at_the_end


@pytest.mark.parametrize("text", ["[1]", "5", "x", "{", '"{}"'])
def test_text_that_is_not_an_object_is_kept(text: str) -> None:
    assert object_in(text) is None
    with pytest.raises(TypeError, match="expected an object"):
        as_object(text)


def test_an_object_is_kept_as_its_json_text() -> None:
    assert as_text({"in": "東京"}) == '{"in": "東京"}'
    assert as_text("x") == "x"
    assert as_object({"a": 1}) == {"a": 1}
    assert as_object('{"a": 1}') == {"a": 1}
    call = structure({"name": "f", "arguments": {"in": ["東京"]}}, FunctionCall)
    assert call == FunctionCall("f", '{"in": ["東京"]}')


@pytest.mark.parametrize("given", [{}, {"arguments": None}, {"arguments": ""}])
def test_a_call_may_have_no_arguments(given: dict[str, Any]) -> None:
    call = structure({"name": "f", **given}, FunctionCall)

    assert call == FunctionCall("f", "")
    assert call.parse() == {}


@pytest.mark.parametrize("arguments", [5, [1], True])
def test_arguments_of_a_wrong_type_are_rejected_with_their_path(arguments: Any) -> None:
    with pytest.raises(ParseError, match=r"^\$\.arguments: expected str, got "):
        structure({"name": "f", "arguments": arguments}, FunctionCall)
