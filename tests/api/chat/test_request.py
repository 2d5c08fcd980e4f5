"""Test chat requests: contents of the body, rejected options, answers and the builder."""

import copy
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import pytest

from tests.helpers.decoding import SETTINGS, run, said
from tests.recordings import load
from vllm_client.api.chat.answers import ChatCompletionResponse, Message
from vllm_client.api.chat.request import (
    ChatRequest,
    build_chat,
    plan_chat_chunks,
    plan_chat_events,
    read_chat,
)
from vllm_client.api.chat.stream import ChatMachine
from vllm_client.call.response import HttpResponse
from vllm_client.call.retry import NO_RETRY
from vllm_client.codec.thinking import Thinking
from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.headers import Headers
from vllm_client.http.timeouts import Timeout
from vllm_client.streams.events import DoneEvent, ReasoningEvent
from vllm_client.streams.generation import ChunkReader

MESSAGES = [{"role": "user", "content": "Hi"}]
GIVEN = {"messages": MESSAGES}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
RAW = attrs.evolve(SETTINGS, thinking=None)

WAYS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "plain": lambda options: build_chat(SETTINGS, options),
    "events": lambda options: plan_chat_events(SETTINGS, options).spec,
    "chunks": lambda options: plan_chat_chunks(SETTINGS, options).spec,
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


def body_of(spec: Any) -> Any:
    return json.loads(spec.body)


def plain(options: Mapping[str, Any]) -> Any:
    return body_of(build_chat(SETTINGS, options))


def test_body_contains_exactly_the_given_options() -> None:
    options = {"model": "m", "messages": MESSAGES, "temperature": 0, "stop": None, "top_k": -1}

    assert plain(GIVEN) == GIVEN
    assert plain(options) == options
    assert list(plain(options)) == list(options)
    assert plain({**GIVEN, "stream": False}) == {**GIVEN, "stream": False}


def test_call_options_are_not_part_of_the_body() -> None:
    call = {
        "timeout": 5,
        "retry": None,
        "thinking": False,
        "extra_headers": {"X-A": "b"},
        "extra_query": {"q": True},
        "extra_body": None,
    }
    spec = build_chat(SETTINGS, {**GIVEN, **call})

    assert body_of(spec) == GIVEN
    assert (spec.method, spec.path, spec.target) == (
        "POST",
        "/v1/chat/completions",
        "/v1/chat/completions?q=true",
    )
    assert spec.timeout == Timeout(total=5)
    assert spec.retry == NO_RETRY
    assert ("x-a", "b") in spec.headers
    assert spec.replayable


def test_extra_fields_override_options_and_may_be_unknown() -> None:
    extra = {"temperature": 1, "guided_json": {}, "whatever": None}

    assert plain({**GIVEN, "temperature": 0, "extra_body": extra}) == {**GIVEN, **extra}
    assert plain({"extra_body": GIVEN}) == GIVEN


def test_event_stream_requests_usage_by_default() -> None:
    asked = {**GIVEN, "stream": True, "stream_options": {"include_usage": True}}
    own = {"stream_options": {"continuous_usage_stats": True}}

    def sent(options: Mapping[str, Any]) -> Any:
        return body_of(plan_chat_events(SETTINGS, options).spec)

    assert sent(GIVEN) == asked
    assert sent({**GIVEN, **own}) == {**asked, **own}
    assert sent({**GIVEN, "extra_body": own}) == {**asked, **own}
    assert sent({**GIVEN, "stream_options": None}) == {**asked, "stream_options": None}


def test_chunk_stream_requests_only_the_stream() -> None:
    assert body_of(plan_chat_chunks(SETTINGS, GIVEN).spec) == {**GIVEN, "stream": True}


@pytest.mark.parametrize("plan", [plan_chat_events, plan_chat_chunks])
def test_stream_call_overrides_stream_false(plan: Any) -> None:
    for options in ({"stream": False}, {"extra_body": {"stream": False}}):
        assert body_of(plan(SETTINGS, {**GIVEN, **options}).spec)["stream"] is True


@each_way
def test_arguments_of_the_caller_are_never_modified(way: Callable[..., Any]) -> None:
    options = {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "tools": [TOOL],
        "chat_template_kwargs": {"enable_thinking": False},
        "extra_body": {"x": {"y": [1]}, "temperature": 1},
        "extra_headers": {"X-A": "b"},
    }
    before = copy.deepcopy(options)

    way(options)
    way(MappingProxyType(options))

    assert options == before


def test_messages_may_be_any_iterable_of_mappings() -> None:
    assert plain({"messages": (one for one in MESSAGES)}) == GIVEN
    assert plain({"messages": (MappingProxyType(MESSAGES[0]),)}) == GIVEN


def test_message_of_a_reply_is_sent_as_an_assistant_message() -> None:
    call = ToolCall("a", function=FunctionCall("f", "{}"), unknown_fields={"index": 0})
    reply = Message(content=None, reasoning="Hm", tool_calls=[call], refusal="x")

    assert plain({"messages": [*MESSAGES, reply, Message(content="Hi")]})["messages"][1:] == [
        {
            "role": "assistant",
            "content": None,
            "reasoning": "Hm",
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
            ],
        },
        {"role": "assistant", "content": "Hi"},
    ]


@each_way
@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([], "messages: expected at least one"),
        ((), "messages: expected at least one"),
        (None, "messages: missing"),
        ("Hi", "messages: expected a list, got 'Hi'"),
        (b"Hi", "messages: expected a list, got b'Hi'"),
        (MESSAGES[0], "messages: expected a list, got {'role'"),
        (Message(content="Hi"), r"messages: expected a list, got Message\("),
        (5, "messages: expected a list, got 5"),
    ],
)
def test_messages_other_than_a_list_are_rejected(
    way: Callable[..., Any], messages: Any, problem: str
) -> None:
    with pytest.raises(RequestError, match=f"^{problem}"):
        way({"messages": messages})


@each_way
@pytest.mark.parametrize(
    "message", ["Hi", b"Hi", ChatCompletionResponse([]), ToolCall(function=FunctionCall("f", ""))]
)
def test_invalid_message_is_rejected_with_its_index(way: Callable[..., Any], message: Any) -> None:
    with pytest.raises(RequestError, match=r"^messages\[1\]: expected a message, got"):
        way({"messages": [MESSAGES[0], message]})


@each_way
def test_request_without_messages_is_rejected(way: Callable[..., Any]) -> None:
    with pytest.raises(RequestError, match="messages: missing"):
        way({"model": "m"})


@each_way
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("temprature", "did you mean temperature?"),
        ("max_token", "did you mean max_tokens?"),
        ("guided_json", 'did you mean structured_outputs={"json": …}?'),
        ("guided_regex", 'did you mean structured_outputs={"regex": …}?'),
        ("guided_choice", 'did you mean structured_outputs={"choice": […]}?'),
        ("guided_grammar", 'did you mean structured_outputs={"grammar": …}?'),
        ("functions", "did you mean tools=[…]?"),
        ("enable_thinking", 'did you mean chat_template_kwargs={"enable_thinking": …}?'),
        ("xyzzy", "'xyzzy' (extra_body sends"),
        ("mm_payload", "'mm_payload': it has an effect only in render(); vLLM ignores it here"),
        ("return_token_offsets", "'return_token_offsets': it has an effect only"),
        ("return_mm_kwargs", "'return_mm_kwargs': deprecated; False is mm_payload="),
    ],
)
def test_unknown_option_is_rejected_with_the_nearest_name(
    way: Callable[..., Any], name: str, hint: str
) -> None:
    with pytest.raises(RequestError) as caught:
        way({**GIVEN, name: 1})

    assert f"chat.completions.create() has no option {name!r}" in caught.value.message
    assert hint in caught.value.message


@pytest.mark.parametrize("options", [{"stream": True}, {"extra_body": {"stream": True}}])
def test_stream_true_is_rejected_by_a_call_without_streaming(options: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="send_stream"):
        build_chat(SETTINGS, {**GIVEN, **options})


@each_way
@pytest.mark.parametrize("value", [object(), {1, 2}, float("nan"), b"x"])
def test_value_without_a_json_form_is_rejected(way: Callable[..., Any], value: Any) -> None:
    with pytest.raises(RequestError, match="JSON"):
        way({**GIVEN, "extra_body": {"x": value}})


def read(body: Any, thinking: Thinking | None = SETTINGS.thinking) -> ChatCompletionResponse:
    return read_chat(thinking, HttpResponse(200, Headers(), json.dumps(body).encode()))


def answer(content: str | None, **message: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": content, **message}}]}


@pytest.mark.parametrize(
    ("body", "thinking", "expected"),
    [
        (answer("<think>\nHm.</think>\n\nHi"), Thinking(), ("\nHm.", "\n\nHi")),
        (answer("<think>cut"), Thinking(), ("cut", None)),
        (answer("<think></think>"), Thinking(), (None, "")),
        (answer("Hi <think>no</think>"), Thinking(), (None, "Hi <think>no</think>")),
        (answer("Hm</think>Hi"), Thinking(), ("Hm", "Hi")),
        (answer("Hm</think>Hi"), Thinking(opened=True), ("Hm", "Hi")),
        (answer("[T]Hm[/T]Hi"), Thinking("[T]", "[/T]"), ("Hm", "Hi")),
        (answer("<T>\nHm</T>Hi"), Thinking("\n<T>\n", "</T>"), ("Hm", "Hi")),
        (answer(" " * 70 + "<think>"), Thinking(), (None, " " * 70 + "<think>")),
        (answer("<think>Hm</think>Hi"), None, (None, "<think>Hm</think>Hi")),
        (answer(None), Thinking(opened=True), (None, None)),
        (answer(""), Thinking(opened=True), (None, "")),
        (answer("<think>no</think>", reasoning="Hm"), Thinking(), ("Hm", "<think>no</think>")),
        (answer("<think>Hm</think>Hi", reasoning=""), Thinking(), ("Hm", "Hi")),
        (answer("Hi", reasoning_content="Hm"), Thinking(), ("Hm", "Hi")),
        (answer("Hi", reasoning_content="Hm", reasoning="Hm"), Thinking(), ("Hm", "Hi")),
    ],
)
def test_reasoning_and_answer_are_separated(
    body: Any, thinking: Thinking | None, expected: tuple[str | None, str | None]
) -> None:
    response = read(body, thinking)

    assert (response.reasoning, response.content) == expected
    assert response.message.unknown_fields == {}


def test_reasoning_is_separated_in_every_choice() -> None:
    body = {"choices": [{"message": {"content": f"<think>{n}</think>"}} for n in "ab"]}

    assert [choice.message.reasoning for choice in read(body).choices] == ["a", "b"]


@pytest.mark.parametrize("name", ["hello.think", "code.think", "weather.think"])
def test_answer_is_the_same_with_and_without_a_reasoning_parser(name: str) -> None:
    raw, parsed = (
        read(load(config, f"{name}.plain").json).message for config in ("chat-raw", "chat")
    )

    assert raw.reasoning == parsed.reasoning
    assert (raw.content or "").partition("<tool_call>")[0].strip() == (parsed.content or "").strip()


def test_answer_other_than_a_chat_completion_is_a_parse_error() -> None:
    with pytest.raises(ParseError) as caught:
        read({"choices": [{"message": {"content": 5}}]})

    assert caught.value.where == "$.choices[0].message.content"


@pytest.mark.parametrize(
    ("settings", "call", "reasoning"),
    [
        (SETTINGS, {}, "Hm"),
        (SETTINGS, {"thinking": False}, None),
        (SETTINGS, {"thinking": True}, "Hm"),
        (RAW, {}, None),
        (RAW, {"thinking": True}, "Hm"),
        (RAW, {"thinking": Thinking("<", ">")}, "think"),
    ],
)
def test_thinking_option_of_the_call_overrides_the_client(
    settings: Any, call: dict[str, Any], reasoning: str | None
) -> None:
    text = "<think>Hm</think>Hi"
    reply = HttpResponse(200, Headers(), json.dumps(answer(text)).encode())
    machine = plan_chat_events(settings, {**GIVEN, **call}).machine()
    machine.receive([json.dumps(said(text))])

    assert build_chat(settings, {**GIVEN, **call}).read(reply).reasoning == reasoning
    assert machine.partial().reasoning == reasoning


def test_chunks_are_not_changed() -> None:
    reader = plan_chat_chunks(SETTINGS, GIVEN).machine()
    (chunk,) = reader.receive([json.dumps(said("<think>"))])

    assert isinstance(reader, ChunkReader)
    assert chunk.choices[0].delta.content == "<think>"
    assert reader.partial().content == "<think>"


def test_state_machine_expects_the_requested_number_of_choices() -> None:
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}

    def ends_well(options: dict[str, Any]) -> bool:
        plan = plan_chat_events(SETTINGS, {**GIVEN, **options})
        return isinstance(run(plan.machine(), [end])[-1], DoneEvent)

    assert ends_well({})
    assert ends_well({"n": None})
    assert ends_well({"n": 1})
    assert ends_well({"n": 0})
    assert ends_well({"n": "2"})
    assert not ends_well({"n": 2})
    assert not ends_well({"extra_body": {"n": 2}})


@pytest.mark.parametrize(
    ("choice", "content"),
    [
        (None, None),
        ("auto", None),
        ("none", None),
        ("required", ""),
        ({"type": "function", "function": {"name": "f"}}, ""),
    ],
)
def test_forced_call_has_an_empty_text(choice: Any, content: str | None) -> None:
    machine = plan_chat_events(SETTINGS, {**GIVEN, "tool_choice": choice}).machine()
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    machine.receive([json.dumps({"choices": [{"delta": {"tool_calls": [call]}}]})])

    assert isinstance(machine, ChatMachine)
    assert machine.partial().content == content


def options_of(request: ChatRequest) -> Any:
    return request._options


def test_every_step_of_the_builder_sets_its_option() -> None:
    schema = {"type": "json_object"}
    request = (
        ChatRequest()
        .model("m")
        .messages(iter(MESSAGES))
        .temperature(0.5)
        .max_tokens(10)
        .top_p(0.9)
        .top_k(20)
        .stream()
        .tools(iter([TOOL]))
        .tool_choice("auto")
        .response_format(schema)
        .stop(["a"])
        .seed(1)
        .n(2)
        .options(min_p=0.1, logprobs=True, timeout=5)
        .extra({"x": 1})
    )

    assert options_of(request) == {
        "model": "m",
        "messages": MESSAGES,
        "temperature": 0.5,
        "max_tokens": 10,
        "top_p": 0.9,
        "top_k": 20,
        "stream": True,
        "tools": [TOOL],
        "tool_choice": "auto",
        "response_format": schema,
        "stop": ["a"],
        "seed": 1,
        "n": 2,
        "min_p": 0.1,
        "logprobs": True,
        "timeout": 5,
        "extra_body": {"x": 1},
    }


def test_builder_is_an_immutable_template() -> None:
    template = ChatRequest().model("m").extra({"a": 1})

    one = template.messages(MESSAGES).temperature(0).extra({"b": 2})
    other = template.messages([]).max_tokens(5).options(top_k=1)

    assert options_of(template) == {"model": "m", "extra_body": {"a": 1}}
    assert options_of(one)["extra_body"] == {"a": 1, "b": 2}
    assert "temperature" not in options_of(other)
    assert options_of(ChatRequest()) == {}
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        template._options = {}  # type: ignore[misc]  # that is the point


def test_later_extra_fields_override_earlier_ones() -> None:
    first = {"a": 1, "b": 1}
    request = ChatRequest().messages(MESSAGES).extra(first).extra({"b": 2}).extra({})

    assert plain(options_of(request)) == {**GIVEN, "a": 1, "b": 2}
    assert first == {"a": 1, "b": 1}


def test_builder_copies_the_list_of_messages() -> None:
    messages = list(MESSAGES)
    request = ChatRequest().messages(messages)
    messages.clear()

    assert plain(options_of(request)) == GIVEN


@pytest.mark.parametrize("value", ["Hi", b"Hi", MESSAGES[0], Message(content="Hi"), 5, None])
def test_builder_rejects_values_other_than_lists(value: Any) -> None:
    problem = "missing" if value is None else "expected a list, got"
    with pytest.raises(RequestError, match=f"^messages: {problem}"):
        ChatRequest().messages(value)
    with pytest.raises(RequestError, match=f"^tools: {problem}"):
        ChatRequest().tools(value)


def test_builder_rejects_an_unknown_option_immediately() -> None:
    misspelt: dict[str, Any] = {"temprature": 1}
    with pytest.raises(RequestError, match="did you mean temperature"):
        ChatRequest().options(**misspelt)


def test_builder_with_stream_is_not_sent_without_streaming() -> None:
    request = ChatRequest().messages(MESSAGES).stream()

    with pytest.raises(RequestError, match="send_stream"):
        build_chat(SETTINGS, options_of(request))
    assert plain(options_of(request.stream(False))) == {**GIVEN, "stream": False}


def test_text_after_an_opened_template_gives_reasoning_events() -> None:
    plan = plan_chat_events(SETTINGS, {**GIVEN, "thinking": Thinking(opened=True)})

    assert plan.machine().receive([json.dumps(said("Hm"))]) == [ReasoningEvent("Hm")]
