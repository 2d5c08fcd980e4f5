"""The Responses API, plain and streamed."""

from typing import Any

import pytest

from tests.live.dialogues import HELLO
from tests.live.drivers import Driver
from vllm_client import (
    Response,
    ResponseReasoningItem,
    ResponseReasoningTextDeltaEvent,
    ResponseTextDeltaEvent,
    StreamError,
)

ASKED: dict[str, Any] = {"model": "tiny", "input": "Say hello.", "temperature": 0}


def test_a_plain_response(chat: Driver) -> None:
    check(chat.call(lambda client: client.responses.create(**ASKED)))


def test_a_streamed_response(chat: Driver, version: str) -> None:
    if version == "0.11.0":  # this version closes the connection after some events
        with pytest.raises(StreamError) as caught:
            chat.hear(lambda client: client.responses.stream(**ASKED))
        assert caught.value.partial.status == "in_progress"
        assert type(caught.value.partial.created_at) is int  # the server sends a float
        return
    heard = chat.hear(lambda client: client.responses.stream(**ASKED))

    check(heard.response)
    assert _joined(heard.events, ResponseTextDeltaEvent) == HELLO.content
    assert _joined(heard.events, ResponseReasoningTextDeltaEvent) == HELLO.reasoning


def check(response: Response) -> None:
    (thoughts,) = [item for item in response.output if isinstance(item, ResponseReasoningItem)]
    assert response.status == "completed"
    assert thoughts.text.strip() == HELLO.reasoning
    assert response.output_text.strip() == HELLO.content
    assert type(response.created_at) is int


def _joined(events: list[Any], kind: type[Any]) -> str:
    return "".join(event.delta for event in events if isinstance(event, kind)).strip()
