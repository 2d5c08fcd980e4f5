"""Test conversations with tools step by step, without a server."""

import json
from typing import Any

import pytest

from vllm_client.api.chat.answers import ChatCompletionResponse, Choice, Message
from vllm_client.api.chat.tool_conversation import ToolConversation
from vllm_client.codec.json_codec import dumps
from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.errors import RequestError, ToolRoundsError

QUESTION = {"role": "user", "content": "What is the weather in Tokyo?"}


def weather(city: str) -> dict[str, Any]:
    """Get the weather."""
    return {"city": city}


def clock() -> str:
    return "12:00"


def started(max_rounds: int = 10, **options: Any) -> ToolConversation:
    return ToolConversation({"messages": [QUESTION], **options}, [weather, clock], max_rounds)


def asks(*calls: ToolCall, finish_reason: str | None = "tool_calls") -> ChatCompletionResponse:
    return ChatCompletionResponse(
        [Choice(Message(tool_calls=list(calls)), finish_reason=finish_reason)]
    )


def call_of(name: str = "weather", arguments: str = '{"city": "Tokyo"}', id: str = "c") -> ToolCall:
    return ToolCall(id, function=FunctionCall(name, arguments))


SAYS = ChatCompletionResponse([Choice(Message(content="It is sunny."), finish_reason="stop")])


def test_first_request_has_the_messages_and_the_tools() -> None:
    options = started(temperature=0).options

    assert options["messages"] == [QUESTION]
    assert [tool["function"]["name"] for tool in options["tools"]] == ["weather", "clock"]
    assert options["temperature"] == 0


def test_calls_and_results_are_in_the_next_request_in_order() -> None:
    run = started()
    reply = asks(call_of(), call_of("clock", "{}", "d"))

    calls = run.receive(reply)
    run.answer([call.run() for call in calls])

    assert run.options["messages"] == [
        QUESTION,
        reply.message,
        {"role": "tool", "tool_call_id": "c", "content": '{"city": "Tokyo"}'},
        {"role": "tool", "tool_call_id": "d", "content": "12:00"},
    ]


def test_answer_ends_the_conversation_and_contains_it() -> None:
    run = started()
    reply = asks(call_of("nobody"))
    run.answer([call.run() for call in run.receive(reply)])

    assert run.receive(SAYS) == []

    response = run.response()
    assert response.content == "It is sunny."
    assert [type(m).__name__ for m in response.messages] == ["dict", "Message", "dict", "Message"]
    assert response.messages[-1] is SAYS.message
    assert response.responses == [reply, SAYS]
    (result,) = response.tool_results
    assert result.content == "Error: unknown tool 'nobody'; the tools are: weather, clock"
    assert response.to_dict() == SAYS.to_dict()
    json.dumps(response.to_dict())


def test_messages_of_the_caller_are_not_modified() -> None:
    messages = [QUESTION]
    run = ToolConversation({"messages": messages}, [clock], 10)

    run.receive(SAYS)

    assert messages == [QUESTION]


@pytest.mark.parametrize("finish_reason", ["length", "abort", "error"])
@pytest.mark.parametrize("arguments", ['{"city": "To', "", " ", "12", "[1]"])
def test_truncated_call_is_not_made(finish_reason: str, arguments: str) -> None:
    run = started(max_rounds=1)

    assert run.receive(asks(call_of(arguments=arguments), finish_reason=finish_reason)) == []
    assert run.response().finish_reason == finish_reason


@pytest.mark.parametrize("finish_reason", ["length", "abort", "error", "content_filter", None])
def test_complete_call_is_made_even_if_the_answer_was_cut_off_after_it(
    finish_reason: str | None,
) -> None:
    (call,) = started().receive(asks(call_of(), finish_reason=finish_reason))

    assert call.run().content == '{"city": "Tokyo"}'


def test_truncated_call_after_others_is_not_made() -> None:
    run = started()
    calls = run.receive(asks(call_of(), call_of("clock", "", "d"), finish_reason="length"))
    run.answer([call.run() for call in calls])

    told = [message["content"] for message in run.options["messages"][2:]]
    cut = "Error: the answer was cut off before the end of the arguments"
    assert told == ['{"city": "Tokyo"}', cut]


@pytest.mark.parametrize("finish_reason", ["stop", "tool_calls", "content_filter", None])
def test_call_without_arguments_is_made_if_the_answer_was_not_cut_off(
    finish_reason: str | None,
) -> None:
    (call,) = started().receive(asks(call_of("clock", ""), finish_reason=finish_reason))

    assert call.run().content == "12:00"


def test_too_many_rounds_are_an_error_with_the_conversation() -> None:
    run = started(max_rounds=2)
    first, second = asks(call_of()), asks(call_of(id="d"))
    run.answer([call.run() for call in run.receive(first)])
    asked = run.options["messages"]

    with pytest.raises(ToolRoundsError, match=r"still calls weather\(\) in answer 2 of 2") as e:
        run.receive(second)

    assert e.value.messages == asked
    assert e.value.response is second


def test_a_long_name_is_shortened_in_the_error() -> None:
    with pytest.raises(ToolRoundsError, match="left out") as caught:
        started(max_rounds=1).receive(asks(call_of("n" * 100_000)))

    assert len(str(caught.value)) < 250


def test_lone_surrogates_are_replaced_in_the_next_request() -> None:
    run = started()
    half = "\ud800"
    message = Message(content=half, tool_calls=[call_of(half, half, half)], reasoning=half)

    run.answer([call.run() for call in run.receive(ChatCompletionResponse([Choice(message)]))])

    said, told = run.options["messages"][1:]
    whole = "\ufffd"
    assert said == Message(
        content=whole, tool_calls=[call_of(whole, whole, whole)], reasoning=whole
    )
    assert told["tool_call_id"] == whole
    dumps(run.options)


def test_last_round_may_answer() -> None:
    assert started(max_rounds=1).receive(SAYS) == []


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "f"}}])
def test_tool_choice_that_forces_a_call_is_sent_once(choice: Any) -> None:
    run = started(tool_choice=choice)
    assert run.options["tool_choice"] == choice

    run.receive(asks(call_of()))

    assert "tool_choice" not in run.options


@pytest.mark.parametrize("choice", ["auto", "none", None])
def test_other_tool_choice_is_sent_every_time(choice: Any) -> None:
    run = started(tool_choice=choice)

    run.receive(asks(call_of()))

    assert run.options["tool_choice"] == choice


@pytest.mark.parametrize(
    ("tools", "more", "message"),
    [
        ([], {}, "tools: expected at least one function"),
        ([clock, clock], {}, "tools: two functions are named clock"),
        (clock, {}, "tools: expected a list, got <function clock"),
        ([{"type": "function"}], {}, "tools: expected a named function"),
        ([clock], {"n": 2}, "n: expected 1, as a conversation with tools"),
        ([clock], {"messages": "Hi"}, "messages: expected a list, got 'Hi'"),
    ],
)
def test_invalid_tools_and_options_are_rejected_immediately(
    tools: Any, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        ToolConversation({"messages": [QUESTION], **more}, tools, 10)


@pytest.mark.parametrize("max_rounds", [0, -1, 1.5, True, None])
def test_max_rounds_must_be_a_positive_int(max_rounds: Any) -> None:
    with pytest.raises(RequestError, match="max_rounds: expected 1 or more, got "):
        started(max_rounds=max_rounds)
