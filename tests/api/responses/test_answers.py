"""Test the answer classes of the Responses API."""

import json
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.responses.answers import (
    Response,
    ResponseContentPart,
    ResponseFunctionToolCall,
    ResponseIncompleteDetails,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseReasoningText,
    ResponseUsage,
)
from vllm_client.api.responses.request import build_response
from vllm_client.call.response import HttpResponse
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError
from vllm_client.http.headers import Headers

RECORDED = [
    one
    for one in all_recordings()
    if one.path == "/v1/responses" and one.status == 200 and not one.streamed
]


def test_there_are_recordings() -> None:
    assert [str(one) for one in RECORDED] == [
        "chat/responses.plain",
        "chat/responses_tool.plain",
        "chat-scale-out/responses_cut.plain",
        "chat-scale-out/responses_echo.plain",
        "idefics3/responses_image",
    ]


@pytest.mark.parametrize("recording", RECORDED, ids=str)
def test_recorded_answer_round_trips_to_the_same_json(recording: Recording) -> None:
    response = structure(recording.json, Response)

    assert without_nulls(response.to_dict()) == without_nulls(recording.json)
    assert not response.unknown_fields
    for item in response.output:
        assert type(item) is ResponseOutputItem.KINDS[item.type]
        assert not item.unknown_fields


def test_options_for_caches_and_users_are_returned() -> None:
    response = structure(load("chat-scale-out", "responses_echo.plain").json, Response)

    assert response.prompt_cache_key == "k"
    assert response.prompt_cache_options == {
        "mode": "explicit",
        "ttl": "30m",
        "comparison_response_id": "resp_1",
    }
    assert response.prompt_cache_retention == "in_memory"
    assert response.safety_identifier == "user-1"


def test_reasoning_answer_and_usage_are_separate() -> None:
    response = structure(load("chat", "responses.plain").json, Response)

    thoughts, message = response.output
    assert isinstance(thoughts, ResponseReasoningItem)
    assert thoughts.text == "\nThe user wants a greeting. One short line is enough.\n"
    assert isinstance(message, ResponseOutputMessage)
    assert response.output_text == "\n\nHello! How can I help you today?"
    assert response.usage is not None
    assert response.usage.total_tokens == 43
    assert response.usage.output_tokens_details is not None
    assert response.usage.output_tokens_details.reasoning_tokens == 14


def test_calls_are_decoded_with_their_arguments() -> None:
    response = structure(load("chat", "responses_tool.plain").json, Response)

    (call,) = response.function_calls
    assert (call.name, call.parse()) == ("get_weather", {"location": "Tokyo"})
    assert call.call_id.startswith("chatcmpl-tool-")
    assert response.output_text == ""


def test_arguments_that_are_not_json_are_a_parse_error() -> None:
    with pytest.raises(ParseError, match="the arguments of f"):
        ResponseFunctionToolCall("f", '{"a', "call_1").parse()


def test_output_text_joins_all_messages() -> None:
    parts: list[ResponseContentPart] = [ResponseOutputText("a"), ResponseOutputText("b")]
    thoughts = ResponseReasoningItem([ResponseReasoningText("hm"), ResponseReasoningText("!")])
    response = Response([thoughts, ResponseOutputMessage(parts), ResponseOutputMessage(parts[:1])])

    assert response.output_text == "aba"
    assert thoughts.text == "hm!"
    assert ResponseReasoningItem().text == ""


def test_items_and_parts_of_unknown_types_are_kept() -> None:
    news = {"type": "news", "more": [1]}
    value = {"output": [news, {"type": "message", "content": [news]}]}
    response = structure(value, Response)

    item, message = response.output
    assert item == ResponseOutputItem(type="news", unknown_fields={"more": [1]})
    assert isinstance(message, ResponseOutputMessage)
    assert message.content == [ResponseContentPart(type="news", unknown_fields={"more": [1]})]
    assert response.output_text == ""
    assert response.to_dict()["output"][0] == news


@pytest.mark.parametrize("output", [None, [None], [{}], [{"type": None}]])
def test_null_and_empty_items_are_dropped(output: Any) -> None:
    spec = build_response(SETTINGS, {"input": "Hi"})
    body = json.dumps({"output": output, "id": "r"}).encode()
    response = spec.read(HttpResponse(200, Headers(), body))

    assert response.id == "r"
    assert response.output_text == ""


def test_truncated_answer_has_its_reason() -> None:
    value = {"output": [], "status": "incomplete", "incomplete_details": {"reason": "r"}}

    assert structure(value, Response).incomplete_details == ResponseIncompleteDetails("r")


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({}, "$.output"),
        ({"output": ["x"]}, "$.output[0]"),
        ({"output": 7}, "$.output"),
        ({"output": [{"type": "message", "content": [{"type": "output_text", "text": 1}]}]},
         "$.output[0].content[0].text"),
    ],
)  # fmt: skip
def test_error_of_a_malformed_answer_names_the_path(value: Any, where: str) -> None:
    spec = build_response(SETTINGS, {"input": "Hi"})
    with pytest.raises(ParseError) as caught:
        spec.read(HttpResponse(200, Headers(), json.dumps(value).encode()))

    assert caught.value.where == where


def test_malformed_counts_do_not_lose_the_answer() -> None:
    usage = structure({"output": [], "usage": {"input_tokens": "1"}}, Response).usage

    assert usage == ResponseUsage(1, 0, 0)
