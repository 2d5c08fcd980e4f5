"""/v1/responses, compared with the same request without this client."""

import json
from typing import Any

import pytest

from tests.helpers.responses import without_nulls
from tests.live.by_hand import by_hand, payloads
from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from tests.live.occupied import occupied
from tests.live.servers import wait_until
from vllm_client import (
    ApiError,
    Response,
    ResponseIncompleteEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseReasoningTextDeltaEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    StreamError,
)

QUESTION: dict[str, Any] = {"model": "tiny", "input": "Say hello.", "temperature": 0}
TOOLS = [
    {
        "type": "function",
        "name": "get_weather",
        "description": "Get the current weather for a location.",
        "parameters": {
            "type": "object",
            "properties": {"location": {"type": "string", "description": "The city name."}},
            "required": ["location"],
        },
    }
]
WEATHER = QUESTION | {"input": "What is the weather in Tokyo?", "tools": TOOLS}
REQUESTS = {
    "text": QUESTION,
    "call": WEATHER,
    "cut": QUESTION | {"max_output_tokens": 20},
    "no thinking": QUESTION | {"chat_template_kwargs": {"enable_thinking": False}},
    "hidden thinking": QUESTION | {"include_reasoning": False},
    "for caches": QUESTION
    | {
        "prompt_cache_key": "k",
        "prompt_cache_options": {"mode": "explicit", "prewarm": True},
        "prompt_cache_retention": "24h",
        "safety_identifier": "user-1",
        "spaces_between_special_tokens": False,
        "skip_special_tokens": False,
    },
    "everything": QUESTION
    | {
        "include": ["message.output_text.logprobs"],
        "top_logprobs": 2,
        "enable_response_messages": True,
        "metadata": {"a": "b"},
        "instructions": "Be kind.",
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "text"}},
    },
}
each_request = pytest.mark.parametrize("options", REQUESTS.values(), ids=REQUESTS)

ENDLESS = QUESTION | {"input": "Never stop.", "background": True}


def usual(value: Any) -> Any:
    """Remove nulls, and fields that differ in each answer."""
    if isinstance(value, list):
        return [usual(item) for item in value]
    if not isinstance(value, dict):
        return value
    own = {"id", "call_id", "created_at", "cached_tokens", "cache_write_tokens", "logprob"}
    return {name: usual(item) for name, item in without_nulls(value).items() if name not in own}


@each_request
def test_plain_answer_equals_a_plain_request(
    chat: Driver, address_of: AddressOf, options: dict[str, Any]
) -> None:
    response = chat.call(lambda client: client.responses.create(**options))
    raw = json.loads(by_hand(address_of("chat").root, "POST", "/v1/responses", options))

    assert isinstance(response, Response)
    assert usual(response.to_dict()) == usual(raw)
    assert not response.unknown_fields
    assert not any(item.unknown_fields for item in response.output)


@each_request
def test_streamed_events_equal_a_plain_request(
    chat: Driver, address_of: AddressOf, options: dict[str, Any]
) -> None:
    heard = chat.hear(lambda client: client.responses.stream(**options))
    body = {**options, "stream": True}
    raw = payloads(by_hand(address_of("chat").root, "POST", "/v1/responses", body))

    # the boundaries of deltas differ from answer to answer
    kinds, raw_kinds = {event.type for event in heard.events}, {one["type"] for one in raw}
    assert kinds == raw_kinds
    assert usual(heard.response.to_dict()) == usual(raw[-1]["response"])
    for event in heard.events:
        assert type(event) is ResponseStreamEvent.KINDS[event.type]
        assert not event.unknown_fields
    assert heard.events[-1].response == heard.response
    assert [event.sequence_number for event in heard.events] == list(range(len(heard.events)))


def test_deltas_add_up_to_reasoning_and_answer(chat: Driver) -> None:
    events = chat.read(lambda client: client.responses.create(**QUESTION, stream=True))

    def joined(kind: Any) -> str:
        return "".join(event.delta for event in events if isinstance(event, kind)).strip()

    thoughts = joined(ResponseReasoningTextDeltaEvent)
    assert thoughts == "The user wants a greeting. One short line is enough."
    assert joined(ResponseTextDeltaEvent) == "Hello! How can I help you today?"
    reasoning, message = events[-1].response.output
    assert isinstance(reasoning, ResponseReasoningItem)
    assert isinstance(message, ResponseOutputMessage)
    assert isinstance(message.content[0], ResponseOutputText)


def test_a_tool_round_trip(chat: Driver) -> None:
    asked = {"role": "user", "content": WEATHER["input"]}
    first = chat.call(lambda client: client.responses.create(**WEATHER))
    (call,) = first.function_calls
    assert (call.name, call.parse()) == ("get_weather", {"location": "Tokyo"})

    result = {
        "type": "function_call_output",
        "call_id": call.call_id,
        "output": '{"temperature": 22}',
    }
    options = WEATHER | {"input": [asked, *first.output, result]}
    second = chat.call(lambda client: client.responses.create(**options))
    assert "22" in second.output_text
    assert not second.function_calls


def test_truncated_answer_is_marked_incomplete(chat: Driver) -> None:
    response = chat.call(lambda client: client.responses.create(**REQUESTS["cut"]))

    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.usage.output_tokens == 20

    events = chat.read(lambda client: client.responses.create(**REQUESTS["cut"], stream=True))
    assert isinstance(events[-1], ResponseIncompleteEvent)
    assert events[-1].response.incomplete_details == response.incomplete_details


def test_rejected_request_is_an_api_error(chat: Driver) -> None:
    for open_it in (chat.call, chat.read):
        stream = open_it == chat.read
        with pytest.raises(ApiError) as caught:
            open_it(
                lambda c, s=stream: c.responses.create(**QUESTION | {"model": "nope"}, stream=s)
            )
        assert (caught.value.code, caught.value.type) == (404, "NotFoundError")


def test_stream_closed_by_the_server_is_a_stream_error(chat: Driver) -> None:
    # vLLM 0.32 has no event for a failed generation: it closes the connection after two events
    options = QUESTION | {"structured_outputs": {"regex": "("}, "retry": None}
    with pytest.raises(StreamError, match="connection"):
        chat.read(lambda client: client.responses.stream(**options))


def test_server_without_a_store_finds_no_response(chat: Driver) -> None:
    for ask in (
        lambda client: client.responses.retrieve("resp_none"),
        lambda client: client.responses.cancel("resp_none"),
    ):
        with pytest.raises(ApiError, match="Response with id 'resp_none' not found") as caught:
            chat.call(ask)
        assert (caught.value.code, caught.value.param) == (404, "response_id")


def test_stored_response_is_retrieved_and_continued(
    chat_scale_out: Driver, address_of: AddressOf
) -> None:
    options = QUESTION | {"input": "My name is Ada."}
    response = chat_scale_out.call(lambda client: client.responses.create(**options))
    again = chat_scale_out.call(lambda client: client.responses.retrieve(response.id))
    root = address_of("chat-scale-out").root
    raw = json.loads(by_hand(root, "GET", f"/v1/responses/{response.id}"))

    assert again == response
    assert without_nulls(again.to_dict()) == without_nulls(raw)
    more = QUESTION | {"input": "What is my name?", "previous_response_id": response.id}
    answer = chat_scale_out.call(lambda client: client.responses.create(**more))
    assert "Ada" in answer.output_text


def test_background_response_is_cancelled_only_once(
    chat_scale_out: Driver, address_of: AddressOf
) -> None:
    with occupied(address_of("chat-scale-out")):
        queued = chat_scale_out.call(lambda client: client.responses.create(**ENDLESS))
        assert queued.status == "queued"
        cancelled = chat_scale_out.call(lambda client: client.responses.cancel(queued.id))

    assert (cancelled.id, cancelled.status) == (queued.id, "cancelled")
    now = chat_scale_out.call(lambda client: client.responses.retrieve(queued.id))
    assert now.status == "cancelled"
    with pytest.raises(ApiError, match="Cannot cancel"):
        chat_scale_out.call(lambda client: client.responses.cancel(queued.id))


def test_background_response_completes(chat_scale_out: Driver) -> None:
    options = QUESTION | {"background": True}
    queued = chat_scale_out.call(lambda client: client.responses.create(**options))

    def status() -> Any:
        return chat_scale_out.call(lambda client: client.responses.retrieve(queued.id)).status

    wait_until("the response is completed", lambda: status() == "completed")


def test_events_of_a_stored_response_can_be_read_from_any_position(
    chat_scale_out: Driver,
) -> None:
    options = QUESTION | {"background": True}
    first = chat_scale_out.hear(lambda client: client.responses.stream(**options))
    name = first.response.id
    for start in (None, 0, 10, len(first.events) - 2):
        after = {} if start is None else {"starting_after": start}
        again = chat_scale_out.hear(
            lambda client, after=after: client.responses.retrieve(name, stream=True, **after)
        )
        assert again.events == first.events[0 if start is None else start + 1 :]
        assert again.response == first.response


def test_a_prompt_is_rendered(chat_scale_out: Driver, address_of: AddressOf) -> None:
    rendered = chat_scale_out.call(lambda client: client.responses.render(**QUESTION))
    root = address_of("chat-scale-out").root
    raw = json.loads(by_hand(root, "POST", "/v1/responses/render", QUESTION))

    assert rendered.token_ids
    assert not rendered.unknown_fields
    raw["request_id"] = rendered.request_id
    assert without_nulls(rendered.to_dict()) == without_nulls(raw)
