"""Test the answer classes of the Messages API."""

import json
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.anthropic.answers import (
    ContentBlock,
    ContextManagement,
    CountTokensResponse,
    MessagesResponse,
    MessagesUsage,
    RedactedThinkingBlock,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
)
from vllm_client.api.anthropic.request import build_messages
from vllm_client.call.response import HttpResponse
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError
from vllm_client.http.headers import Headers

RECORDED = [
    one
    for one in all_recordings()
    if one.path == "/v1/messages" and one.status == 200 and not one.streamed
]


def test_there_are_recordings() -> None:
    assert [str(one) for one in RECORDED] == [
        "chat/messages.plain",
        "chat/messages_tool.plain",
        "idefics3/messages_image",
    ]


@pytest.mark.parametrize("recording", RECORDED, ids=str)
def test_recorded_answer_round_trips_to_the_same_json(recording: Recording) -> None:
    response = structure(recording.json, MessagesResponse)

    assert without_nulls(response.to_dict()) == without_nulls(recording.json)
    assert not response.unknown_fields
    for block in response.content:
        assert type(block) is ContentBlock.KINDS[block.type]
        assert not block.unknown_fields


def test_thinking_and_text_are_separate() -> None:
    response = structure(load("chat", "messages.plain").json, MessagesResponse)

    assert response.thinking == "\nThe user wants a greeting. One short line is enough.\n"
    assert response.text == "\n\nHello! How can I help you today?"
    assert response.tool_uses == []
    assert response.usage == MessagesUsage(15, 28, 0, 0)


def test_tool_calls_are_decoded_with_their_input() -> None:
    response = structure(load("chat", "messages_tool.plain").json, MessagesResponse)

    (call,) = response.tool_uses
    assert (call.name, call.input) == ("get_weather", {"location": "Tokyo"})
    assert response.text == ""


def test_response_as_input_is_an_assistant_message() -> None:
    answer = MessagesResponse([ThinkingBlock("hm", "s"), ToolUseBlock("f", {"a": None}, "c")])

    assert answer.as_input() == {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "tool_use", "name": "f", "input": {"a": None}, "id": "c"},
        ],
    }


def test_blocks_of_unknown_types_are_kept() -> None:
    redacted, news = {"type": "redacted_thinking", "data": "x"}, {"type": "news", "more": 1}
    response = structure({"content": [redacted, news]}, MessagesResponse)

    assert response.content == [
        RedactedThinkingBlock("x"),
        ContentBlock(type="news", unknown_fields={"more": 1}),
    ]
    assert (response.text, response.thinking) == ("", "")
    assert response.to_dict()["content"] == [redacted, news]


def test_text_blocks_are_joined() -> None:
    assert MessagesResponse([TextBlock("a"), TextBlock("b")]).text == "ab"


def test_token_count_is_decoded() -> None:
    value = load("chat", "count_tokens").json
    count = structure(value, CountTokensResponse)

    assert count == CountTokensResponse(15, ContextManagement(15))
    assert count.to_dict() == value


@pytest.mark.parametrize("content", [None, [None], [{}], [{"type": None}]])
def test_null_and_empty_blocks_are_dropped(content: Any) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    spec = build_messages(SETTINGS, {"model": "m", "max_tokens": 1, "messages": messages})
    body = json.dumps({"content": content, "id": "m"}).encode()
    answer = spec.read(HttpResponse(200, Headers(), body))

    assert answer.id == "m"
    assert answer.as_input() == {"role": "assistant", "content": []}


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({}, "$.content"),
        ({"content": 5}, "$.content"),
        ({"content": [{"type": "text", "text": 1}]}, "$.content[0].text"),
        ({"content": [{"type": "tool_use", "name": "f", "input": "x"}]}, "$.content[0].input"),
    ],
)
def test_error_of_a_malformed_answer_names_the_path(value: Any, where: str) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    spec = build_messages(SETTINGS, {"model": "m", "max_tokens": 1, "messages": messages})
    with pytest.raises(ParseError) as caught:
        spec.read(HttpResponse(200, Headers(), json.dumps(value).encode()))

    assert caught.value.where == where


def test_block_without_text_is_empty() -> None:
    assert structure({"content": [{"type": "text"}]}, MessagesResponse).text == ""
