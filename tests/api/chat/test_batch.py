"""Test batches of conversations: the request, and the answers."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from tests.recordings import load
from vllm_client.api.chat.answers import Message
from vllm_client.api.chat.batch import build_chat_batch
from vllm_client.call.response import HttpResponse
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.headers import Headers

HI = [{"role": "user", "content": "Hi"}]
BYE = [{"role": "user", "content": "Bye"}]


def body(options: Mapping[str, Any]) -> Any:
    return json.loads(build_chat_batch(SETTINGS, options).body)


def test_body_contains_exactly_the_given_options() -> None:
    options = {"messages": [HI, BYE], "model": "m", "temperature": 0, "seed": None}

    assert body(options) == options
    assert build_chat_batch(SETTINGS, options).path == "/v1/chat/completions/batch"
    assert body({**options, "extra_body": {"seed": 3, "x": 1}}) == {**options, "seed": 3, "x": 1}


def test_iterables_of_messages_and_earlier_replies_are_accepted() -> None:
    given = {"messages": ((message for message in one) for one in (HI, [*BYE, Message("user")]))}

    assert body(given)["messages"] == [HI, [*BYE, {"role": "user", "content": None}]]


def test_arguments_of_the_caller_are_never_modified() -> None:
    options = {"messages": [list(HI), list(BYE)], "extra_body": {"x": [1]}}
    before = copy.deepcopy(options)

    body(options)

    assert options == before


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "messages: missing"),
        ({"messages": []}, "messages: expected at least one"),
        ({"messages": [HI, []]}, r"messages\[1\]: expected at least one message"),
        ({"messages": HI}, r"messages\[0\]: expected a list"),
        ({"messages": [HI, "Hi"]}, r"messages\[1\]: expected a list"),
        ({"messages": [["Hi"]]}, r"messages\[0\]\[0\]: expected a message"),
        ({"messages": [HI], "tools": []}, r"chat.completions.batch\(\) has no option 'tools'"),
        ({"messages": [HI], "stream": False}, "has no option 'stream'"),
        ({"messages": [HI], "temprature": 0}, "did you mean temperature"),
    ],
)
def test_invalid_options_are_rejected(options: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        build_chat_batch(SETTINGS, options)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"n": 1}, "'n': each conversation of a batch gets one answer"),
        ({"use_beam_search": False}, "'use_beam_search': vLLM refuses beam search"),
        ({"tool_choice": "none"}, "'tool_choice': a batch has no tools"),
        ({"best_of": 2}, "'best_of': vLLM ignores it"),
        ({"length_penalty": 1}, "'length_penalty': it is for beam search"),
        ({"early_stopping": True}, "'early_stopping': it is for beam search"),
        ({"guided_decoding_backend": "a"}, "'guided_decoding_backend': vLLM ignores it"),
    ],
)
def test_options_that_vllm_refuses_or_ignores_are_rejected_with_the_reason(
    options: Mapping[str, Any], problem: str
) -> None:
    with pytest.raises(RequestError, match=rf"batch\(\) has no option {problem}"):
        body({"messages": [HI], **options})

    assert body({"extra_body": {"messages": [HI], **options}}) == {"messages": [HI], **options}


def test_recorded_answers_have_the_order_of_the_conversations() -> None:
    recorded = load("chat", "chat_batch")
    answer = build_chat_batch(SETTINGS, {"extra_body": recorded.request}).read(
        HttpResponse(200, Headers(), recorded.body)
    )

    assert [choice.index for choice in answer.choices] == [0, 1]
    contents = [choice.message.content for choice in answer.choices]
    assert contents == ["\n\nHello! How can I help you today?", '\n\n{"name": "Ada", "age": 36}']
    assert answer.unknown_fields == {}


def test_reasoning_is_separated_from_each_text() -> None:
    message = {"role": "assistant", "content": "<think>Hm</think>Ho"}
    told = {"choices": [{"index": index, "message": message} for index in range(2)]}

    def read(**more: Any) -> Any:
        spec = build_chat_batch(SETTINGS, {"messages": [HI, BYE], **more})
        return [choice.message for choice in spec.read(reply(told)).choices]

    assert read() == [Message(content="Ho", reasoning="Hm")] * 2
    assert read(thinking=False) == [Message(content=message["content"])] * 2
    client_set = attrs.evolve(SETTINGS, thinking=None)
    plain = build_chat_batch(client_set, {"messages": [HI]}).read(reply(told))
    assert plain.choices[1].message.content == message["content"]


def test_malformed_answer_is_a_parse_error() -> None:
    with pytest.raises(ParseError) as caught:
        build_chat_batch(SETTINGS, {"messages": [HI]}).read(reply({"choices": [{}]}))
    assert caught.value.where == "$.choices[0].message"
