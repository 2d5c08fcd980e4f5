"""Test the helpers that make messages."""

import copy
from typing import Any

import pytest

from vllm_client.api.chat.messages import assistant, system, text, tool, user
from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.errors import RequestError

IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
CALL = ToolCall(id="call_1", function=FunctionCall(name="weather", arguments='{"in":"東京"}'))
CALL_PARAM = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"in":"東京"}'},
}


def test_a_system_message_has_text_or_parts() -> None:
    assert system("Be kind.") == {"role": "system", "content": "Be kind."}
    assert system([text("Be kind.")]) == {
        "role": "system",
        "content": [{"type": "text", "text": "Be kind."}],
    }


def test_single_text_is_a_user_message_with_a_string() -> None:
    assert user("Hi") == {"role": "user", "content": "Hi"}


def test_parts_of_a_user_message_stay_in_order() -> None:
    other = {"type": "image_url", "image_url": {"url": "https://example.com/b.png"}}

    assert user("Compare", IMAGE, "with", other) == {
        "role": "user",
        "content": [
            {"type": "text", "text": "Compare"},
            IMAGE,
            {"type": "text", "text": "with"},
            other,
        ],
    }


def test_a_single_part_is_a_user_message_with_a_list() -> None:
    assert user(IMAGE) == {"role": "user", "content": [IMAGE]}


def test_empty_user_message_is_rejected() -> None:
    with pytest.raises(RequestError, match="got nothing"):
        user()


@pytest.mark.parametrize(("part", "kind"), [([IMAGE], "list"), (b"png", "bytes"), (None, "None")])
def test_invalid_part_is_rejected_with_its_type(part: Any, kind: str) -> None:
    with pytest.raises(RequestError, match=kind):
        user("Look", part)


@pytest.mark.parametrize(("content", "kind"), [(IMAGE, "dict"), (5, "int")])
def test_content_that_is_neither_text_nor_a_list_is_rejected(content: Any, kind: str) -> None:
    with pytest.raises(RequestError, match=f"list of content parts, got {kind}"):
        system(content)


def test_assistant_message_has_only_the_given_fields() -> None:
    assert assistant("Hello") == {"role": "assistant", "content": "Hello"}
    assert assistant(tool_calls=[]) == {"role": "assistant"}
    assert assistant("", reasoning="") == {"role": "assistant", "content": "", "reasoning": ""}


def test_assistant_message_may_contain_the_calls_of_a_reply() -> None:
    assert assistant(None, reasoning="Hm.", tool_calls=[CALL, CALL_PARAM]) == {
        "role": "assistant",
        "reasoning": "Hm.",
        "tool_calls": [CALL_PARAM, CALL_PARAM],
    }


def test_call_is_sent_without_the_fields_of_answers_only() -> None:
    call = ToolCall(
        id="a",
        function=FunctionCall(name="f", arguments="{", unknown_fields={"x": 1}),
        unknown_fields={"index": 0},
    )

    (sent,) = assistant(tool_calls=[call])["tool_calls"]

    assert sent == {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{"}}


def test_tool_message_accepts_the_call_or_its_id() -> None:
    expected = {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}

    assert tool("sunny", "call_1") == expected
    assert tool("sunny", CALL) == expected


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        ({"city": "東京", "t": 25.5}, '{"city": "東京", "t": 25.5}'),
        ([1, None, True], "[1, null, true]"),
        (None, "null"),
        (0, "0"),
        ("", ""),
        ('"quoted"', '"quoted"'),
        (b"bytes", '"bytes"'),
        ({"t": float("nan")}, '{"t": null}'),
        ({1}, "[1]"),
    ],
)
def test_result_other_than_text_is_encoded_as_json(content: Any, sent: str) -> None:
    assert tool(content, "id")["content"] == sent


@pytest.mark.parametrize("content", [object(), {"t": object()}, [len]])
def test_result_without_a_json_form_is_rejected(content: Any) -> None:
    with pytest.raises(RequestError, match=r"tool\(\): cannot encode the content"):
        tool(content, "id")


@pytest.mark.parametrize("call", [None, 5, {"id": "a"}])
def test_result_without_a_call_id_is_rejected(call: Any) -> None:
    with pytest.raises(RequestError, match="expected the id of a tool call"):
        tool("sunny", call)


def test_arguments_of_the_caller_are_neither_modified_nor_shared() -> None:
    part = copy.deepcopy(IMAGE)
    call: dict[str, Any] = copy.deepcopy(CALL_PARAM)

    made = user("x", part)
    made["content"][1]["uuid"] = "mine"
    replied = assistant(tool_calls=[call])
    replied["tool_calls"][0]["id"] = "other"

    assert part == IMAGE
    assert call == CALL_PARAM
