"""Text completions."""

from tests.live.dialogues import STORY, STORY_PROMPT
from tests.live.drivers import Driver

ASKED = {"model": "tiny", "prompt": STORY_PROMPT, "max_tokens": 80, "temperature": 0}


def test_text_is_equal_plain_and_streamed(chat: Driver) -> None:
    plain = chat.call(lambda client: client.completions.create(**ASKED))
    heard = chat.hear(lambda client: client.completions.stream(**ASKED))

    assert plain.text == heard.response.text == STORY
    assert plain.usage.completion_tokens == heard.response.usage.completion_tokens > 0
