"""Test the answer classes of chat completions."""

import pytest

from tests.recordings import load
from vllm_client.api.chat.answers import (
    ChatCompletionResponse,
    Choice,
    ChoiceLogprobs,
    Message,
    TokenLogprob,
    TokenLogprobs,
)
from vllm_client.codec.decoder import structure
from vllm_client.codec.logprobs import Logprob
from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.codec.usage import CompletionTokensDetails, PromptTokensDetails, Usage

CALL = ToolCall("a", function=FunctionCall("f", "{}"))


def recorded(name: str) -> ChatCompletionResponse:
    return structure(load("chat", name).json, ChatCompletionResponse)


def test_shortcuts_are_those_of_the_first_choice() -> None:
    response = ChatCompletionResponse(
        [
            Choice(Message(content="Hi", reasoning="Hm", tool_calls=[CALL]), finish_reason="stop"),
            Choice(Message(content="other")),
        ]
    )

    assert response.message is response.choices[0].message
    assert (response.content, response.reasoning) == ("Hi", "Hm")
    assert (response.tool_calls, response.finish_reason) == ([CALL], "stop")


def test_shortcuts_of_an_answer_without_choices_are_empty() -> None:
    response = ChatCompletionResponse([])

    assert response.message == Message()
    assert (response.content, response.reasoning, response.finish_reason) == (None, None, None)
    assert response.tool_calls == []


def test_an_answer_without_calls_has_an_empty_list_of_them() -> None:
    assert ChatCompletionResponse([Choice(Message(content="Hi"))]).tool_calls == []


def test_all_parts_of_a_recorded_answer_are_decoded() -> None:
    response = recorded("hello.think.plain")

    assert response.id.startswith("chatcmpl-")
    assert response.object == "chat.completion"
    assert response.created > 1_700_000_000
    assert response.model == "tiny"
    assert response.finish_reason == "stop"
    assert response.reasoning is not None
    assert response.reasoning.startswith("\n")
    assert response.content is not None
    assert response.content.strip().startswith("Hello")
    assert isinstance(response.usage, Usage)
    assert response.usage.total_tokens == (
        response.usage.prompt_tokens + (response.usage.completion_tokens or 0)
    )
    assert isinstance(response.usage.prompt_tokens_details, PromptTokensDetails)
    assert isinstance(response.usage.completion_tokens_details, CompletionTokensDetails)


def test_recorded_calls_are_typed() -> None:
    calls = recorded("compare.think.plain").tool_calls

    assert [type(call) for call in calls] == [ToolCall, ToolCall]
    assert [call.function.name for call in calls] == ["get_weather", "get_weather"]
    assert len({call.id for call in calls}) == 2
    assert all("location" in call.function.parse() for call in calls)


def test_recorded_logprobs_are_typed() -> None:
    logprobs = recorded("logprobs.plain").choices[0].logprobs

    assert isinstance(logprobs, ChoiceLogprobs)
    assert logprobs.content
    first = logprobs.content[0]
    assert isinstance(first, TokenLogprobs)
    assert bytes(first.bytes or []).decode() == first.token
    assert [type(one) for one in first.top_logprobs] == [TokenLogprob, TokenLogprob]
    assert first.logprob <= 0


def test_prompt_logprobs_are_keyed_by_token_id() -> None:
    rows = [None, {"42": {"logprob": -1.5, "rank": 1, "decoded_token": "a"}}]
    response = structure({"choices": [], "prompt_logprobs": rows}, ChatCompletionResponse)

    assert response.prompt_logprobs == [None, {"42": Logprob(-1.5, 1, "a")}]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Message(content="Hi"), {"role": "assistant", "content": "Hi"}),
        (Message(), {"role": "assistant", "content": None}),
        (
            Message(content="Hi", reasoning="Hm", unknown_fields={"x": 1}),
            {"role": "assistant", "content": "Hi", "reasoning": "Hm"},
        ),
        (
            Message(tool_calls=[CALL]),
            {"role": "assistant", "content": None, "tool_calls": [CALL.as_input()]},
        ),
        (Message(content="Hi", tool_calls=[]), {"role": "assistant", "content": "Hi"}),
    ],
)
def test_message_as_input_is_an_assistant_message(
    message: Message, expected: dict[str, object]
) -> None:
    assert message.as_input() == expected
