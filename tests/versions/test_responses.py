"""The Responses API, plain and streamed."""

from typing import Any

from tests.live.dialogues import HELLO
from tests.live.drivers import Driver
from vllm_client import (
    ResponseReasoningItem,
    ResponseReasoningTextDeltaEvent,
    ResponseTextDeltaEvent,
)

ASKED: dict[str, Any] = {"model": "tiny", "input": "Say hello.", "temperature": 0}


def test_a_response_is_the_same_plain_and_streamed(chat: Driver) -> None:
    plain = chat.call(lambda client: client.responses.create(**ASKED))
    heard = chat.hear(lambda client: client.responses.stream(**ASKED))

    assert plain.status == heard.response.status == "completed"
    assert plain.output_text.strip() == heard.response.output_text.strip() == HELLO.content
    for response in (plain, heard.response):
        (thoughts,) = [item for item in response.output if isinstance(item, ResponseReasoningItem)]
        assert thoughts.text.strip() == HELLO.reasoning
    assert _joined(heard.events, ResponseTextDeltaEvent) == HELLO.content
    assert _joined(heard.events, ResponseReasoningTextDeltaEvent) == HELLO.reasoning
    assert type(heard.response.created_at) is int


def _joined(events: list[Any], kind: type[Any]) -> str:
    return "".join(event.delta for event in events if isinstance(event, kind)).strip()
