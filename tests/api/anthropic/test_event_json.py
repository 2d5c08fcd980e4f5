"""Test the JSON of events: a plain message as events, and the texts in events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.recordings import load
from vllm_client.api.anthropic.answers import MessagesResponse
from vllm_client.api.anthropic.event_json import texts_of_event
from vllm_client.api.anthropic.events import ContentBlockDeltaEvent, TextDelta
from vllm_client.api.anthropic.stream import MessagesMachine
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError
from vllm_client.streams.body import WholeAnswer

HIGH, LOW = "\ud83d", "\ude00"
DELTA = "content_block_delta"


def read(answer: Any) -> tuple[MessagesMachine, list[Any]]:
    machine = MessagesMachine()
    return machine, machine.receive([WholeAnswer(json.dumps(answer))])


@pytest.mark.parametrize("name", ["messages", "messages_tool"])
def test_a_recorded_message_is_a_stream_of_one_delta_for_each_block(name: str) -> None:
    answer = load("chat", f"{name}.plain").json
    machine, events = read(answer)
    whole = structure(answer, MessagesResponse)

    assert machine.error is None
    assert machine.partial().content == whole.content
    assert machine.partial().stop_reason == whole.stop_reason
    assert machine.partial().usage == whole.usage
    deltas = [event.delta for event in events if isinstance(event, ContentBlockDeltaEvent)]
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == whole.text


def test_missing_content_is_an_empty_message() -> None:
    machine, _ = read({"content": None, "stop_reason": "end_turn"})

    assert machine.error is None
    assert machine.partial().text == ""


@pytest.mark.parametrize("answer", [{}, [], {"content": ""}, {"content": 5}])
def test_malformed_message_is_a_parse_error(answer: Any) -> None:
    machine, _ = read(answer)

    assert isinstance(machine.error, ParseError)


@pytest.mark.parametrize(
    "content", [[], [1], [{"type": "image"}], [{"type": "text", "text": None}], [{"text": "a"}]]
)
def test_malformed_content_raises_no_other_exception(content: Any) -> None:
    machine, _ = read({"content": content})

    assert machine.over


@pytest.mark.parametrize(
    "payload",
    [None, 5, {"type": DELTA, "delta": 5}, {"type": DELTA, "index": [], "delta": {"text": "a"}}],
)
def test_other_events_have_no_texts(payload: Any) -> None:
    assert list(texts_of_event(payload)[0]) == []


def delta(index: int | None, **fields: Any) -> dict[str, Any]:
    return {"type": DELTA, "index": index, "delta": fields}


def test_split_surrogate_pairs_are_joined_in_all_kinds_of_blocks() -> None:
    machine = MessagesMachine()
    block = {"type": "tool_use", "name": "f", "id": "a"}
    payloads = [
        delta(0, type="thinking_delta", thinking=HIGH),
        delta(0, type="thinking_delta", thinking=LOW),
        {"type": "content_block_start", "index": 1, "content_block": block},
        delta(1, type="input_json_delta", partial_json='{"x":"' + HIGH),
        delta(1, type="input_json_delta", partial_json=LOW + '"}'),
        delta(2, type="text_delta", text=HIGH),
        {"type": "content_block_stop", "index": 2},
    ]
    events = machine.receive([json.dumps(payload) for payload in payloads])

    assert machine.partial().thinking == "😀"
    assert machine.partial().tool_uses[0].input == {"x": "😀"}
    assert machine.partial().text == "\ufffd"
    assert [event.type for event in events[-2:]] == [DELTA, "content_block_stop"]


def test_blocks_without_an_index_are_numbered_in_order() -> None:
    machine = MessagesMachine()
    payloads = [
        {"type": "content_block_start", "content_block": {"type": "thinking"}},
        delta(None, type="thinking_delta", thinking="a"),
        {"type": "content_block_stop"},
        {"type": "content_block_start", "content_block": {"type": "text", "text": None}},
        delta(None, type="text_delta", text="b"),
        {"type": "content_block_start", "content_block": None},
        {"type": DELTA, "delta": None},
    ]
    machine.receive([json.dumps(payload) for payload in payloads])

    assert (machine.partial().thinking, machine.partial().text) == ("a", "b")
