"""/v1/messages, compared with the same request without this client."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.responses import without_nulls
from tests.live.by_hand import by_hand, payloads
from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from vllm_client import (
    ApiError,
    ContentBlockDeltaEvent,
    MessagesEvent,
    MessagesResponse,
    TextDelta,
    ThinkingDelta,
    user,
)

QUESTION: dict[str, Any] = {
    "model": "tiny",
    "messages": [user("Say hello.")],
    "max_tokens": 100,
    "temperature": 0,
}
TOOLS = [
    {
        "name": "get_weather",
        "description": "Get the current weather for a location.",
        "input_schema": {
            "type": "object",
            "properties": {"location": {"type": "string", "description": "The city name."}},
            "required": ["location"],
        },
    }
]
WEATHER = QUESTION | {"messages": [user("What is the weather in Tokyo?")], "tools": TOOLS}
REQUESTS = {
    "text": QUESTION,
    "call": WEATHER,
    "two calls": WEATHER | {"messages": [user("Compare the weather in Tokyo and Paris.")]},
    "forced call": WEATHER | {"tool_choice": {"type": "tool", "name": "get_weather"}},
    "cut": QUESTION | {"max_tokens": 10},
    "stopped": QUESTION | {"stop_sequences": ["greet"]},
    "no thinking": QUESTION | {"thinking": {"type": "disabled"}, "system": "Be kind."},
    "schema": QUESTION
    | {
        "thinking": {"type": "disabled"},
        "output_config": {
            "format": {"type": "json_schema", "schema": {"type": "string", "enum": ["hello"]}}
        },
    },
}
each_request = pytest.mark.parametrize("options", REQUESTS.values(), ids=REQUESTS)


def usual(value: Any) -> Any:
    """Remove nulls, and fields that differ in each answer."""
    if isinstance(value, list):
        return [usual(item) for item in value]
    if not isinstance(value, dict):
        return value
    own = {
        "id",
        "signature",
        "cache_read_input_tokens",
        "input_tokens",
    }  # counts vary with the cache
    return {name: usual(item) for name, item in without_nulls(value).items() if name not in own}


@each_request
def test_plain_answer_equals_a_plain_request(
    chat: Driver, address_of: AddressOf, options: dict[str, Any]
) -> None:
    response = chat.call(lambda client: client.messages.create(**options))
    raw = json.loads(by_hand(address_of("chat").root, "POST", "/v1/messages", options))

    assert isinstance(response, MessagesResponse)
    assert usual(response.to_dict()) == usual(raw)
    assert not response.unknown_fields
    assert not any(block.unknown_fields for block in response.content)


@each_request
def test_streamed_events_equal_a_plain_request(
    chat: Driver, address_of: AddressOf, options: dict[str, Any]
) -> None:
    events = chat.read(lambda client: client.messages.create(**options, stream=True))
    body = {**options, "stream": True}
    raw = payloads(by_hand(address_of("chat").root, "POST", "/v1/messages", body))

    # the boundaries of deltas differ from answer to answer
    assert {event.type for event in events} == {one["type"] for one in raw}
    assert usual(events[-2].to_dict()) == usual(raw[-2])
    for event in events:
        assert type(event) is MessagesEvent.KINDS[event.type]
        assert not event.unknown_fields


@each_request
def test_a_stream_adds_up_to_the_plain_answer(chat: Driver, options: dict[str, Any]) -> None:
    plain = chat.call(lambda client: client.messages.create(**options))
    heard = chat.hear(lambda client: client.messages.stream(**options))

    assert usual(heard.response.to_dict()) == usual(plain.to_dict())


def test_deltas_add_up_to_reasoning_and_answer(chat: Driver) -> None:
    events = chat.read(lambda client: client.messages.stream(**QUESTION))
    deltas = [event.delta for event in events if isinstance(event, ContentBlockDeltaEvent)]

    thoughts = "".join(delta.thinking for delta in deltas if isinstance(delta, ThinkingDelta))
    assert thoughts.strip() == "The user wants a greeting. One short line is enough."
    said = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
    assert said.strip() == "Hello! How can I help you today?"


def test_a_tool_round_trip(chat: Driver) -> None:
    first = chat.call(lambda client: client.messages.create(**WEATHER))
    (call,) = first.tool_uses
    assert (call.name, call.input) == ("get_weather", {"location": "Tokyo"})

    result = {"type": "tool_result", "tool_use_id": call.id, "content": '{"temperature": 22}'}
    messages = [*WEATHER["messages"], first, {"role": "user", "content": [result]}]
    second = chat.call(lambda client: client.messages.create(**WEATHER | {"messages": messages}))
    assert "22" in second.text
    assert second.stop_reason == "end_turn"


def test_tokens_are_counted(chat: Driver, address_of: AddressOf) -> None:
    prompt = {name: WEATHER[name] for name in ("model", "messages", "tools")}
    count = chat.call(lambda client: client.messages.count_tokens(**prompt))
    root = address_of("chat").root
    raw = json.loads(by_hand(root, "POST", "/v1/messages/count_tokens", prompt))

    assert count.to_dict() == raw
    assert count.input_tokens > 100


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("changes", "code", "kind"),
    [
        ({"model": "nope"}, 404, "not_found_error"),  # in Anthropic's format
        ({"max_tokens": 0}, 400, "Bad Request"),  # in vLLM's format
        ({"messages": [user("hello " * 5000)]}, 400, "invalid_request_error"),
    ],
)
def test_rejected_request_is_an_api_error(
    chat: Driver, changes: dict[str, Any], code: int, kind: str, stream: bool
) -> None:
    options = {**QUESTION, **changes}
    ask = chat.read if stream else chat.call
    with pytest.raises(ApiError) as caught:
        ask(lambda client: client.messages.create(**options, stream=stream))

    assert (caught.value.code, caught.value.type) == (code, kind)
    assert caught.value.message


def test_a_prompt_is_rendered(chat_scale_out: Driver, address_of: AddressOf) -> None:
    rendered = chat_scale_out.call(lambda client: client.messages.render(**QUESTION))
    root = address_of("chat-scale-out").root
    raw = json.loads(by_hand(root, "POST", "/v1/messages/render", QUESTION))

    assert rendered.token_ids
    assert not rendered.unknown_fields
    raw["request_id"] = rendered.request_id
    assert without_nulls(rendered.to_dict()) == without_nulls(raw)


def test_image_input(idefics3: Driver) -> None:
    recorded = Path(__file__).parents[1] / "recordings/idefics3/messages_image.request.json"
    options = json.loads(recorded.read_text())["request"]

    assert idefics3.call(lambda client: client.messages.create(**options)).text == "A red square."
    heard = idefics3.hear(lambda client: client.messages.stream(**options))
    assert heard.response.text == "A red square."
