"""The helpers that make messages."""

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


def test_text_alone_is_a_user_message_with_a_string() -> None:
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


def test_a_user_message_of_nothing_is_refused() -> None:
    with pytest.raises(RequestError, match="got nothing"):
        user()


@pytest.mark.parametrize(("part", "kind"), [([IMAGE], "list"), (b"png", "bytes"), (None, "None")])
def test_what_is_no_part_is_refused_by_its_type(part: Any, kind: str) -> None:
    with pytest.raises(RequestError, match=kind):
        user("Look", part)


@pytest.mark.parametrize(("content", "kind"), [(IMAGE, "dict"), (5, "int")])
def test_content_that_is_neither_text_nor_a_list_is_refused(content: Any, kind: str) -> None:
    with pytest.raises(RequestError, match=f"list of content parts, got {kind}"):
        system(content)


def test_what_an_assistant_message_is_not_given_it_does_not_have() -> None:
    assert assistant("Hello") == {"role": "assistant", "content": "Hello"}
    assert assistant(tool_calls=[]) == {"role": "assistant"}
    assert assistant("", reasoning="") == {"role": "assistant", "content": "", "reasoning": ""}


def test_an_assistant_message_repeats_a_reply_with_its_calls() -> None:
    assert assistant(None, reasoning="Hm.", tool_calls=[CALL, CALL_PARAM]) == {
        "role": "assistant",
        "reasoning": "Hm.",
        "tool_calls": [CALL_PARAM, CALL_PARAM],
    }


def test_a_call_goes_back_without_what_only_the_answer_knows() -> None:
    call = ToolCall(
        id="a",
        function=FunctionCall(name="f", arguments="{", unknown_fields={"x": 1}),
        unknown_fields={"index": 0},
    )

    (sent,) = assistant(tool_calls=[call])["tool_calls"]

    assert sent == {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{"}}


def test_the_result_of_a_call_takes_its_id_or_the_call() -> None:
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
def test_a_result_that_is_no_text_becomes_json_text(content: Any, sent: str) -> None:
    assert tool(content, "id")["content"] == sent


@pytest.mark.parametrize("content", [object(), {"t": object()}, [len]])
def test_a_result_that_is_no_json_value_is_refused(content: Any) -> None:
    with pytest.raises(RequestError, match=r"tool\(\): cannot encode the content"):
        tool(content, "id")


@pytest.mark.parametrize("call", [None, 5, {"id": "a"}])
def test_a_result_without_the_id_of_a_call_is_refused(call: Any) -> None:
    with pytest.raises(RequestError, match="expected the id of a tool call"):
        tool("sunny", call)


def test_what_the_caller_handed_over_is_neither_changed_nor_shared() -> None:
    part = copy.deepcopy(IMAGE)
    call: dict[str, Any] = copy.deepcopy(CALL_PARAM)

    made = user("x", part)
    made["content"][1]["uuid"] = "mine"
    replied = assistant(tool_calls=[call])
    replied["tool_calls"][0]["id"] = "other"

    assert part == IMAGE
    assert call == CALL_PARAM
