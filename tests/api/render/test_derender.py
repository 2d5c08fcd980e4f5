"""Test derendering of complete answers and of chunks."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply, without_nulls
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.chat.answers import ChatCompletionResponse, Message
from vllm_client.api.completions.answers import CompletionResponse
from vllm_client.api.render.derender import (
    DerenderChatStreamResponse,
    DerenderCompletionStreamResponse,
    DerenderStreamState,
    build_derender_chat,
    build_derender_completion,
)
from vllm_client.call.response import HttpResponse
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.headers import Headers

GENERATED = {"request_id": "r", "choices": [{"index": 0, "token_ids": [1, 2]}]}
DERENDERED = all_recordings("chat-scale-out/*_derender*")
CLASSES = {
    "chat_derender": ChatCompletionResponse,
    "chat_derender_chunk_1": DerenderChatStreamResponse,
    "chat_derender_chunk_2": DerenderChatStreamResponse,
    "completions_derender": CompletionResponse,
    "completions_derender_chunk": DerenderCompletionStreamResponse,
}


def body(spec: Any) -> Any:
    return json.loads(spec.body)


def spec_of(recording: Recording) -> Any:
    """Build the request for the fields of a recorded one."""
    given = {name: value for name, value in recording.request.items() if name != "stream"}
    chat = recording.path.startswith("/v1/chat")
    return (build_derender_chat if chat else build_derender_completion)(SETTINGS, given)


@pytest.mark.parametrize(
    "recording", [one for one in DERENDERED if one.status == 200], ids=lambda one: one.name
)
def test_recorded_requests_are_built_and_their_answers_decoded(recording: Recording) -> None:
    spec = spec_of(recording)
    answer = spec.read(HttpResponse(200, Headers(), recording.body))

    assert (spec.method, spec.path) == ("POST", recording.path)
    assert body(spec) == recording.request
    assert type(answer) is CLASSES[recording.name]
    assert answer.unknown_fields == {}
    assert without_nulls(answer.to_dict()) == without_nulls(recording.json)


def test_recorded_chat_equals_an_answer_of_a_chat() -> None:
    recorded = load("chat-scale-out", "chat_derender")
    answer = spec_of(recorded).read(HttpResponse(200, Headers(), recorded.body))

    assert answer.content == "\n\nHello! How can I help you today?"
    assert answer.reasoning == "\nThe user wants a greeting. One short line is enough.\n"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (15, 28)


def test_state_of_a_chunk_is_sent_unchanged_with_the_next() -> None:
    first = load("chat-scale-out", "chat_derender_chunk_1")
    answer = spec_of(first).read(HttpResponse(200, Headers(), first.body))
    options = {"generate_chunk": GENERATED, "stream_state": answer.stream_state}

    assert isinstance(answer.stream_state, DerenderStreamState)
    assert body(build_derender_chat(SETTINGS, options)) == {
        "generate_chunk": GENERATED,
        "stream_state": first.json["stream_state"],
        "stream": True,
    }


def test_answer_classes_are_sent_as_their_json() -> None:
    generated = CompletionResponse([])
    options = {"generate_responses": (generated,), "prompt_tokens": [3]}

    assert body(build_derender_completion(SETTINGS, options)) == {
        "generate_responses": [generated.to_dict()],
        "prompt_tokens": [3],
    }


def test_reasoning_is_separated_as_in_a_chat() -> None:
    told = {"choices": [{"message": {"content": "<think>Hm</think>Ho"}}]}
    options = {"generate_response": GENERATED}

    divided = build_derender_chat(SETTINGS, options).read(reply(told))
    left = build_derender_chat(SETTINGS, {**options, "thinking": False}).read(reply(told))

    assert isinstance(divided, ChatCompletionResponse)
    assert isinstance(left, ChatCompletionResponse)
    assert divided.message == Message(content="Ho", reasoning="Hm")
    assert left.message == Message(content="<think>Hm</think>Ho")


WHOLE = {"generate_response": GENERATED}
CHUNK = {"generate_chunk": GENERATED}


@pytest.mark.parametrize(
    ("build", "options", "problem"),
    [
        (build_derender_chat, {}, "expected either generate_response=… or generate_chunk=…"),
        (build_derender_chat, {**WHOLE, **CHUNK}, "expected either generate_response"),
        (build_derender_chat, {**WHOLE, "stream_state": {}}, "has no option 'stream_state'"),
        (build_derender_chat, {**CHUNK, "thinking": False}, "has no option 'thinking'"),
        (build_derender_chat, {**WHOLE, "chat_requst": {}}, "did you mean chat_request"),
        (build_derender_completion, {}, "expected either generate_responses=… or generate_chunk=…"),
        (build_derender_completion, WHOLE, "expected either generate_responses=…"),
        (build_derender_completion, {"generate_responses": GENERATED}, "expected a list"),
        (build_derender_completion, {**CHUNK, "chat_request": {}}, "has no option 'chat_request'"),
    ],
)
def test_invalid_options_are_rejected(build: Any, options: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        build(SETTINGS, options)


@pytest.mark.parametrize(
    ("build", "options", "answer", "where"),
    [
        (build_derender_chat, WHOLE, {"choices": [{}]}, "$.choices[0].message"),
        (build_derender_chat, CHUNK, {"chunk": {"choices": []}}, "$.stream_state"),
        (build_derender_completion, CHUNK, {"stream_state": {}}, "$.chunk"),
        (build_derender_completion, {"generate_responses": [GENERATED]}, {}, "$.choices"),
    ],
)
def test_malformed_answer_is_a_parse_error(
    build: Any, options: Mapping[str, Any], answer: Any, where: str
) -> None:
    with pytest.raises(ParseError) as caught:
        build(SETTINGS, options).read(reply(answer))
    assert caught.value.where == where
