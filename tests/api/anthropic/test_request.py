"""Test requests of the Messages API: contents of the body, and rejected options."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.recordings import load
from vllm_client.api.anthropic.answers import CountTokensResponse, MessagesResponse, TextBlock
from vllm_client.api.anthropic.options import (
    MessagesKeywords,
    MessagesOptions,
    PromptOptions,
    RenderMessagesKeywords,
)
from vllm_client.api.anthropic.request import (
    build_count_tokens,
    build_messages,
    build_messages_render,
    plan_messages,
)
from vllm_client.api.anthropic.stream import MessagesMachine
from vllm_client.api.chat.answers import Message
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.headers import Headers

PROMPT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
GIVEN: dict[str, Any] = {**PROMPT, "max_tokens": 5}

# The properties of AnthropicMessagesRequest and AnthropicCountTokensRequest in the OpenAPI document
# of vLLM 0.32.
PROPERTIES = """
    cache_salt chat_template_kwargs ec_transfer_params kv_transfer_params max_tokens messages
    metadata mm_payload model output_config return_mm_kwargs stop_sequences stream system
    temperature thinking tool_choice tools top_k top_p vllm_xargs watermarking
"""
COUNTED = "chat_template_kwargs messages model output_config system thinking tool_choice tools"

WAYS: dict[str, Callable[[Any], RequestSpec[Any]]] = {
    "plain": lambda options: build_messages(SETTINGS, options),
    "stream": lambda options: plan_messages(SETTINGS, options).spec,
    "render": lambda options: build_messages_render(SETTINGS, options),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def keys(typed_dict: Any) -> frozenset[str]:
    return frozenset(typed_dict.__required_keys__ | typed_dict.__optional_keys__)


def body_of(spec: RequestSpec[Any]) -> Any:
    return json.loads(spec.body)


def test_keywords_are_the_properties_of_the_schemas() -> None:
    own = {"messages", "max_tokens", "stream"}
    withdrawn = {"mm_payload", "return_mm_kwargs"}
    assert MessagesOptions.__required_keys__ == PromptOptions.__required_keys__ == {"model"}
    assert keys(MessagesOptions) | own | withdrawn == set(PROPERTIES.split())
    assert keys(PromptOptions) | {"messages"} == set(COUNTED.split())
    assert keys(RenderMessagesKeywords) - keys(MessagesKeywords) == {"mm_payload"}
    assert not withdrawn & keys(MessagesKeywords)


@pytest.mark.parametrize("way", ["plain", "stream"])
def test_options_of_render_are_rejected_by_other_calls(way: str) -> None:
    with pytest.raises(RequestError, match="'mm_payload': it has an effect only"):
        WAYS[way]({**GIVEN, "mm_payload": "none"})
    with pytest.raises(RequestError, match="'return_mm_kwargs': deprecated"):
        WAYS[way]({**GIVEN, "return_mm_kwargs": False})


def test_render_accepts_the_option_that_has_an_effect_only_there() -> None:
    assert body_of(WAYS["render"]({**GIVEN, "mm_payload": "none"}))["mm_payload"] == "none"
    with pytest.raises(RequestError, match='deprecated; False is mm_payload="none"'):
        WAYS["render"]({**GIVEN, "return_mm_kwargs": False})


def test_body_contains_exactly_the_given_options() -> None:
    assert body_of(build_messages(SETTINGS, GIVEN)) == GIVEN
    assert body_of(plan_messages(SETTINGS, GIVEN).spec) == {**GIVEN, "stream": True}
    assert body_of(build_messages_render(SETTINGS, GIVEN)) == GIVEN
    assert body_of(build_count_tokens(SETTINGS, PROMPT)) == PROMPT
    assert body_of(build_messages(SETTINGS, {"extra_body": GIVEN})) == GIVEN


def test_thinking_is_a_field_of_the_body() -> None:
    thinking = {"thinking": {"type": "disabled"}}

    assert body_of(build_messages(SETTINGS, {**GIVEN, **thinking})) == {**GIVEN, **thinking}
    assert body_of(build_count_tokens(SETTINGS, {**PROMPT, **thinking})) == {**PROMPT, **thinking}


def test_call_options_are_not_part_of_the_body() -> None:
    call = {"timeout": 7, "retry": None, "extra_headers": {"X-A": "1"}, "extra_query": {"b": 2}}
    spec = build_messages(SETTINGS, {**GIVEN, **call})

    assert body_of(spec) == GIVEN
    assert spec.target == "/v1/messages?b=2"
    assert ("x-a", "1") in spec.headers
    assert spec.timeout.total == 7


def test_each_request_goes_to_its_route() -> None:
    assert build_messages(SETTINGS, GIVEN).path == "/v1/messages"
    assert plan_messages(SETTINGS, GIVEN).spec.path == "/v1/messages"
    assert build_messages_render(SETTINGS, GIVEN).path == "/v1/messages/render"
    assert build_count_tokens(SETTINGS, PROMPT).path == "/v1/messages/count_tokens"


def test_earlier_answer_is_sent_as_an_assistant_message() -> None:
    earlier = MessagesResponse([TextBlock("Hello")])
    body = body_of(build_messages(SETTINGS, {**GIVEN, "messages": [earlier]}))

    assert body["messages"] == [
        {"role": "assistant", "content": [{"text": "Hello", "type": "text"}]}
    ]


@each_way
def test_arguments_of_the_caller_are_never_modified(way: Callable[[Any], Any]) -> None:
    options = {**GIVEN, "thinking": {"type": "disabled"}, "extra_body": {"x": [1]}}
    before = copy.deepcopy(options)

    way(options)

    assert options == before


@each_way
@pytest.mark.parametrize("name", ["model", "messages", "max_tokens"])
def test_request_without_required_options_is_rejected(way: Callable[[Any], Any], name: str) -> None:
    with pytest.raises(RequestError, match=f"{name}: missing"):
        way({option: value for option, value in GIVEN.items() if option != name})


@pytest.mark.parametrize("name", ["model", "messages"])
def test_token_count_without_required_options_is_rejected(name: str) -> None:
    with pytest.raises(RequestError, match=f"{name}: missing"):
        build_count_tokens(SETTINGS, {**PROMPT, name: None})


def test_message_of_a_chat_is_rejected() -> None:
    messages = [*PROMPT["messages"], Message(content="Hello")]
    with pytest.raises(RequestError, match=r"messages\[1\]: expected a message, got Message\("):
        build_messages(SETTINGS, {**GIVEN, "messages": messages})


def test_unknown_options_are_rejected() -> None:
    with pytest.raises(
        RequestError,
        match=r"messages.create\(\) has no option 'stop'; did you mean stop_sequences",
    ):
        build_messages(SETTINGS, {**GIVEN, "stop": ["x"]})
    with pytest.raises(RequestError, match=r"count_tokens\(\) has no option 'max_tokens'"):
        build_count_tokens(SETTINGS, GIVEN)


def test_stream_true_is_rejected_by_a_call_without_streaming() -> None:
    with pytest.raises(RequestError, match="stream is set"):
        build_messages(SETTINGS, {**GIVEN, "extra_body": {"stream": True}})


def test_answers_are_decoded() -> None:
    def reply(name: str) -> HttpResponse:
        recording = load("chat", name)
        return HttpResponse(200, Headers(recording.headers.items()), recording.body)

    message = build_messages(SETTINGS, GIVEN).read(reply("messages.plain"))
    assert message == structure(load("chat", "messages.plain").json, MessagesResponse)
    count = build_count_tokens(SETTINGS, PROMPT).read(reply("count_tokens"))
    assert isinstance(count, CountTokensResponse)
    assert count.input_tokens == 15
    rendered = build_messages_render(SETTINGS, GIVEN).read(
        HttpResponse(200, Headers(), b'{"token_ids":[1]}')
    )
    assert rendered.token_ids == [1]
    with pytest.raises(ParseError):
        build_messages(SETTINGS, GIVEN).read(HttpResponse(200, Headers(), b"{}"))


def test_each_attempt_of_a_stream_has_its_own_state_machine() -> None:
    plan = plan_messages(SETTINGS, GIVEN)

    assert isinstance(plan.machine(), MessagesMachine)
    assert plan.machine() is not plan.machine()
