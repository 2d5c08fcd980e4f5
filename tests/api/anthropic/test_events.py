"""Test that each event of a Messages stream is decoded as its class."""

from typing import Any

import pytest

from vllm_client.api.anthropic.events import ContentDelta, MessagesEvent
from vllm_client.codec.decoder import structure

SENT: dict[str, dict[str, Any]] = {
    "message_start": {
        "message": {"id": "m", "type": "message", "role": "assistant", "model": "tiny",
                    "content": [], "usage": {"input_tokens": 1, "output_tokens": 0}},
    },
    "content_block_start": {"index": 1, "content_block": {"type": "thinking", "thinking": ""}},
    "content_block_delta": {"index": 1, "delta": {"type": "text_delta", "text": "a"}},
    "content_block_stop": {"index": 1},
    "message_delta": {
        "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": 1, "output_tokens": 2},
    },
    "message_stop": {},
    "ping": {},
    "error": {"error": {"type": "internal_error", "message": "m"}},
}  # fmt: skip
DELTAS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
    "signature_delta": "signature",
}


def test_each_event_and_each_delta_has_a_class() -> None:
    assert MessagesEvent.KINDS.keys() == SENT.keys()
    assert ContentDelta.KINDS.keys() == DELTAS.keys()


@pytest.mark.parametrize("name", SENT)
def test_event_is_decoded_as_its_class_and_round_trips(name: str) -> None:
    value = {"type": name, **SENT[name]}
    event = structure(value, MessagesEvent)

    assert type(event) is MessagesEvent.KINDS[name]
    assert event.to_dict() == value
    assert not event.unknown_fields


@pytest.mark.parametrize(("name", "field"), DELTAS.items())
def test_delta_is_decoded_as_its_class(name: str, field: str) -> None:
    delta = structure({"type": name, field: "a"}, ContentDelta)

    assert type(delta) is ContentDelta.KINDS[name]
    assert getattr(delta, field) == "a"
