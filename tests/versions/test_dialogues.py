"""The dialogues of the tiny model, plain and streamed; reasoning is returned exactly once."""

import pytest

from tests.live.answers import said, said_by_chunks, said_by_events
from tests.live.dialogues import DIALOGUES, Dialogue
from tests.live.drivers import Driver

NAMES = {"hello", "recursion_zh", "weather", "compare", "time", "note"}
SHORT = [dialogue for dialogue in DIALOGUES if dialogue.name in NAMES]
"""One dialogue of each kind, since old versions generate only a few tokens per second."""

pytestmark = [
    pytest.mark.parametrize("dialogue", SHORT, ids=str),
    pytest.mark.parametrize("thinking", [True, False], ids=["thinking", "not_thinking"]),
]


def test_answer_equals_the_dialogue_plain_and_streamed(
    chat: Driver, dialogue: Dialogue, thinking: bool
) -> None:
    options = dialogue.options(thinking=thinking)
    plain = chat.call(lambda client: client.chat.completions.create(**options))
    heard = chat.hear(lambda client: client.chat.completions.stream(**options))
    chunks = chat.read(lambda client: client.chat.completions.create(**options, stream=True))

    expected = dialogue.answer(thinking=thinking)
    assert said(plain) == said_by_events(heard.events) == said(heard.response) == expected
    assert said_by_chunks(chunks) == expected
    assert plain.finish_reason == heard.response.finish_reason
    assert plain.usage.completion_tokens == heard.response.usage.completion_tokens > 0
    (choice,) = plain.choices
    assert choice.message.unknown_fields == {}
