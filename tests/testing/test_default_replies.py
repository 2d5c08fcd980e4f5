"""Replies without a script."""

from typing import Any

import pytest

from vllm_client.testing import Call
from vllm_client.testing.default_replies import default_chat, default_completion, example

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"location": {"type": "string"}, "unit": {"enum": ["celsius"]}},
            "required": ["location"],
        },
    },
}
TIME = {"type": "function", "function": {"name": "get_time"}}


def asked(prompt: Any, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": prompt}], **more}


def test_default_reply_repeats_the_prompt() -> None:
    reply = default_chat(asked("What is recursion?"))
    assert '"What is recursion?"' in reply.text
    assert '"What is recursion?"' in reply.reasoning


def test_default_reply_repeats_the_text_of_the_last_prompt() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:,"}}
    parts = [{"type": "text", "text": "What is"}, picture, {"type": "text", "text": "this?"}]
    request = {"messages": [*asked("Hello")["messages"], *asked(parts)["messages"]]}
    assert '"What is this?"' in default_chat(request).text
    assert 'You said: ""' in default_chat({"messages": [{"role": "system"}]}).text
    assert 'You said: ""' in default_chat(asked(None)).text


def test_the_first_tool_is_called_with_arguments_from_the_prompt() -> None:
    reply = default_chat(asked("What is the weather in Tokyo?", tools=[WEATHER, TIME]))
    assert reply.tool_calls == [Call("get_weather", {"location": "Tokyo"})]
    assert reply.text == ""


def test_tool_choice_is_obeyed() -> None:
    tools = [WEATHER, TIME]
    named = {"type": "function", "function": {"name": "get_time"}}
    assert default_chat(asked("Hi", tools=tools, tool_choice="none")).tool_calls == ()
    assert default_chat(asked("Hi", tools=tools, tool_choice=named)).tool_calls == [
        Call("get_time", {})
    ]
    required = default_chat(asked("Hi", tools=tools, tool_choice="required"))
    assert required.tool_calls == [Call("get_weather", {"location": "location"})]


def test_default_reply_repeats_tool_results() -> None:
    calls = [
        {"id": "1", "function": {"name": "get_weather"}},
        {"id": "2", "function": {"name": "get_time"}},
    ]
    messages = [
        *asked("What is the weather?")["messages"],
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "1", "content": "22 degrees"},
        {"role": "tool", "tool_call_id": "2", "content": "12:00"},
        {"role": "tool", "tool_call_id": "3", "content": "?"},
    ]
    reply = default_chat({"messages": messages, "tools": [WEATHER]})
    assert reply.tool_calls == ()
    assert "get_weather says: 22 degrees; get_time says: 12:00; the tool says: ?." in reply.text


def test_completion_continues_its_prompt() -> None:
    assert '"Once upon a time"' in default_completion("Once upon a time").text


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": 7, "type": "integer"}, 7),
        ({"default": "x", "enum": ["y"]}, "x"),
        ({"enum": ["a", "b"]}, "a"),
        ({"type": "string", "examples": ["e"]}, "e"),
        ({"type": "string", "format": "duration"}, "PT1M30S"),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -5}, -5),
        ({"type": "array", "minItems": 0, "maxItems": 0}, []),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1),
        ({"type": ["boolean", "null"]}, True),
        ({"type": "null"}, None),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "number"}, 1),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "array"}, ["field"]),
        ({"properties": {"a": {"type": "boolean"}}}, {"a": True}),
        ({"type": "object", "properties": {"a": {}, "b": {}}, "required": ["b"]}, {"b": "b"}),
        ({"type": "object", "required": ["unknown"]}, {"unknown": "unknown"}),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {}]}, [1, "field"]),
        ({"type": "string"}, "field"),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"$ref": "#/$defs/nowhere"}, "field"),
        ({}, "field"),
    ],
)
def test_example_fits_its_schema(schema: dict[str, Any], value: Any) -> None:
    assert example(schema, "field", "no names here") == value


def test_references_are_resolved_and_recursive_schemas_terminate() -> None:
    following = {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}
    node = {"properties": {"value": {"type": "integer"}, "next": following}}
    schema = {"$ref": "#/$defs/Node"}
    assert example(schema, "field", "", {"Node": node}) == {"value": 1, "next": None}


def test_an_answer_fits_the_response_format() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {}}}
    response_format = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    assert default_chat(asked("Hi", response_format=response_format)).text == '{"a": "a"}'


def test_an_answer_fits_the_structured_outputs() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    held = {"json": schema}, {"choice": ["yes", "no"]}, {"regex": "[ab]"}
    texts = [default_chat(asked("Hi", structured_outputs=one)).text for one in held]
    assert texts[:2] == ['{"a": 1}', "yes"]
    assert texts[2] == default_chat(asked("Hi")).text


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("What is the weather in Tokyo?", "Tokyo"),
        ("Fly from Berlin to New York, please", "New York"),
        ("Tokyo", None),
        ("Do it. Then I go.", None),
        ("May I? Yes", None),
    ],
)
def test_string_argument_is_a_name_from_the_prompt(prompt: str, name: str | None) -> None:
    assert example({"type": "string"}, "field", prompt) == (name or "field")
