"""The Messages API, plain and streamed; on older versions, an error with its first version."""

from typing import Any

import pytest

from tests.live.dialogues import HELLO
from tests.live.drivers import Driver
from tests.versions.features import FEATURES
from vllm_client import ApiError

ASKED: dict[str, Any] = {
    "model": "tiny",
    "max_tokens": 100,
    "temperature": 0,
    "messages": [{"role": "user", "content": "Say hello."}],
}


def test_message_is_equal_plain_and_streamed(chat: Driver, version: str) -> None:
    if not FEATURES["test_messages"].offered_by(version):
        with pytest.raises(ApiError, match=r"vLLM has it since 0\.11\.1") as caught:
            chat.call(lambda client: client.messages.create(**ASKED))
        assert caught.value.code == 404
        return
    plain = chat.call(lambda client: client.messages.create(**ASKED))
    heard = chat.hear(lambda client: client.messages.stream(**ASKED))

    assert plain.text.strip().endswith(HELLO.content)
    assert heard.response.text.strip().endswith(HELLO.content)
    assert plain.stop_reason == heard.response.stop_reason == "end_turn"
