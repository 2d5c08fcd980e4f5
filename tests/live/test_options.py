"""Options besides the messages: their effect, and those that are rejected before sending."""

import json
from typing import Any

import pytest

from tests.live.answers import said
from tests.live.dialogues import DIALOGUES, HELLO, WEATHER
from tests.live.drivers import Driver
from vllm_client import RequestError

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
ASK_JSON = next(dialogue for dialogue in DIALOGUES if dialogue.name == "json")


def _plain(driver: Driver, options: dict[str, Any], **more: Any) -> Any:
    return driver.call(lambda client: client.chat.completions.create(**options, **more))


def _streamed(driver: Driver, options: dict[str, Any], **more: Any) -> Any:
    opened = driver.hear(lambda client: client.chat.completions.stream(**options, **more))
    return opened.response


both_ways = pytest.mark.parametrize("ask", [_plain, _streamed])


@both_ways
def test_choice(chat: Driver, ask: Any) -> None:
    response = ask(
        chat,
        HELLO.options(thinking=False),
        structured_outputs={"choice": ["yes", "no", "Hello!"]},
    )
    assert response.content == "Hello!"


@both_ways
def test_regex(chat: Driver, ask: Any) -> None:
    regex = "Hello[a-zA-Z?! ]{3,20}"
    response = ask(chat, HELLO.options(thinking=False), structured_outputs={"regex": regex})
    assert response.content == "Hello! How can I help you"


@both_ways
@pytest.mark.parametrize(
    "form",
    [
        {"structured_outputs": {"json": PERSON}},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "person", "schema": PERSON},
            }
        },
    ],
    ids=["structured_outputs", "response_format"],
)
def test_json_schema_applies_after_thinking(chat: Driver, ask: Any, form: dict[str, Any]) -> None:
    response = ask(chat, ASK_JSON.options(thinking=True), **form)
    assert json.loads(response.content) == {"name": "Ada", "age": 36}
    assert response.reasoning.strip() == ASK_JSON.reasoning


@both_ways
def test_a_named_tool_is_called(chat: Driver, ask: Any) -> None:
    choice = {"type": "function", "function": {"name": "get_weather"}}
    response = ask(chat, WEATHER.options(thinking=False), tool_choice=choice)
    (call,) = response.tool_calls
    assert call.function.name == "get_weather"
    assert call.function.parse() == {"location": "Tokyo"}
    assert response.finish_reason == "stop"  # vLLM's finish reason when the request names the tool


@both_ways
def test_n_answers(chat: Driver, ask: Any) -> None:
    options = HELLO.options(thinking=True) | {"temperature": 0.01, "top_k": 1, "n": 3}
    response = ask(chat, options)
    assert [choice.index for choice in response.choices] == [0, 1, 2]
    assert {choice.message.content.strip() for choice in response.choices} == {HELLO.content}


@both_ways
def test_max_tokens_cuts_the_thinking(chat: Driver, ask: Any) -> None:
    response = ask(chat, HELLO.options(thinking=True), max_tokens=5)
    assert response.content is None
    assert HELLO.reasoning.startswith(response.reasoning.strip())
    assert response.finish_reason == "length"


@both_ways
def test_a_stop_string_ends_the_answer(chat: Driver, ask: Any) -> None:
    response = ask(chat, HELLO.options(thinking=False), stop=["can I"])
    assert response.content == "Hello! How "
    assert response.choices[0].stop_reason == "can I"


@both_ways
def test_sampling_options_are_accepted(chat: Driver, ask: Any) -> None:
    response = ask(
        chat,
        HELLO.options(thinking=False) | {"temperature": 0.5},
        top_k=1,
        top_p=0.9,
        min_p=0.05,
        seed=7,
        repetition_penalty=1.0,
        ignore_eos=False,
    )
    assert said(response) == HELLO.answer(thinking=False)


@both_ways
def test_log_probabilities_and_token_ids(chat: Driver, ask: Any) -> None:
    response = ask(
        chat,
        HELLO.options(thinking=False),
        logprobs=True,
        top_logprobs=2,
        return_token_ids=True,
    )
    (choice,) = response.choices
    assert "".join(row.token for row in choice.logprobs.content).startswith(HELLO.content)
    assert len(choice.token_ids) == response.usage.completion_tokens
    assert len(response.prompt_token_ids) == response.usage.prompt_tokens


@both_ways
def test_misspelt_keyword_is_rejected_before_sending(chat: Driver, ask: Any) -> None:
    with pytest.raises(RequestError, match="temperature"):
        ask(chat, HELLO.options(thinking=False), temprature=0.5)


@both_ways
def test_extra_body_reaches_the_server(chat: Driver, ask: Any) -> None:
    response = ask(chat, HELLO.options(thinking=False), extra_body={"max_tokens": 2})
    assert response.usage.completion_tokens == 2
    assert response.finish_reason == "length"


@both_ways
def test_weight_versions_of_the_tokens_are_returned(chat: Driver, ask: Any) -> None:
    response = ask(chat, HELLO.options(thinking=True), return_weight_versions=True)
    (span,) = response.choices[0].weight_versions
    assert (span.version, span.start) == ("default", 0)
    assert span.end == response.usage.completion_tokens
    assert ask(chat, HELLO.options(thinking=True)).choices[0].weight_versions is None
