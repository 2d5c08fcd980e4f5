"""A server without parsers leaves `<think>` in the text, and the client parses it."""

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
    """Set `tool_choice` to "none", as vLLM rejects "auto" without a tool parser."""
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


def test_parsing_can_be_disabled_for_a_call(chat_raw: Driver) -> None:
    options = HELLO.options(thinking=True) | {"thinking": False}
    plain = chat_raw.call(lambda client: client.chat.completions.create(**options))
    heard = chat_raw.hear(lambda client: client.chat.completions.stream(**options))
    tagged = Answer("", f"<think>\n{HELLO.reasoning}\n</think>\n\n{HELLO.content}")
    assert said(plain) == said_by_events(heard.events) == tagged
