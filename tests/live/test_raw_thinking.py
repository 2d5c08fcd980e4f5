"""A server without parsers leaves `<think>` in the text: the client takes it apart itself."""

from typing import Any

import pytest

from tests.live.answers import Answer, said, said_by_events
from tests.live.dialogues import DIALOGUES, HELLO, Dialogue
from tests.live.drivers import Driver

every_dialogue = pytest.mark.parametrize("dialogue", DIALOGUES, ids=str)
thinking_or_not = pytest.mark.parametrize(
    "thinking", [True, False], ids=["thinking", "not_thinking"]
)


def _options(dialogue: Dialogue, *, thinking: bool) -> dict[str, Any]:
    """`tool_choice` is "none", since vLLM refuses "auto" where it has no tool parser."""
    options = dialogue.options(thinking=thinking)
    return options | {"tool_choice": "none"} if dialogue.tools else options


@every_dialogue
@thinking_or_not
def test_plain_answers(chat_raw: Driver, dialogue: Dialogue, thinking: bool) -> None:
    options = _options(dialogue, thinking=thinking)
    response = chat_raw.call(lambda client: client.chat.completions.create(**options))
    assert said(response) == dialogue.answer_without_tool_parser(thinking=thinking)


@every_dialogue
@thinking_or_not
def test_streams(chat_raw: Driver, dialogue: Dialogue, thinking: bool) -> None:
    options = _options(dialogue, thinking=thinking)
    heard = chat_raw.hear(lambda client: client.chat.completions.stream(**options))
    answer = dialogue.answer_without_tool_parser(thinking=thinking)
    assert said_by_events(heard.events) == answer
    assert said(heard.response) == answer


def test_a_call_can_have_the_text_left_as_it_is(chat_raw: Driver) -> None:
    options = HELLO.options(thinking=True) | {"thinking": False}
    plain = chat_raw.call(lambda client: client.chat.completions.create(**options))
    heard = chat_raw.hear(lambda client: client.chat.completions.stream(**options))
    tagged = Answer("", f"<think>\n{HELLO.reasoning}\n</think>\n\n{HELLO.content}")
    assert said(plain) == said_by_events(heard.events) == tagged
