"""The JSON of chunks: finding its texts, and converting a whole answer to a chunk."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.decoding import (
    called,
    chunk,
    machine_of,
    part,
    piece,
    plain_answer,
    recorded,
    said,
)
from vllm_client.api.chat.stream import ChatMachine
from vllm_client.errors import ParseError
from vllm_client.streams.body import WholeAnswer
from vllm_client.streams.chunk_json import texts_of_chunk
from vllm_client.streams.events import DoneEvent
from vllm_client.streams.generation import ChunkReader

HIGH, LOW = "\ud83d", "\ude00"


@pytest.mark.parametrize(
    "payload",
    [None, [], 5, {"choices": None}, {"choices": 0}, {"choices": [1]}, {"choices": [{"delta": 1}]},
     {"choices": [{"index": [], "text": "a"}]}, {"choices": [{"delta": {"tool_calls": [1, {}]}}]},
     {"choices": [{"delta": {"tool_calls": [{"index": {}, "function": {"arguments": "a"}}]}}]}],
)  # fmt: skip
def test_a_payload_that_is_not_a_chunk_has_no_texts(payload: Any) -> None:
    assert list(texts_of_chunk(payload)[0]) == []


def received(*chunks: dict[str, Any]) -> ChatMachine:
    machine = ChatMachine()
    for one in chunks:
        machine.receive([json.dumps(one)])
    return machine


def test_surrogates_of_two_choices_are_joined_separately() -> None:
    machine = ChatMachine(2)
    for index, text in [(0, HIGH), (1, "a" + HIGH), (0, LOW), (1, "b")]:
        machine.receive([json.dumps(said(text, index))])
    choices = machine.partial().choices

    assert [choice.message.content for choice in choices] == ["😀", "a\ufffdb"]


def test_a_null_or_missing_index_of_a_choice_is_0() -> None:
    first = {"choices": [{"index": None, "delta": {"content": f"a{HIGH}"}}]}
    second = {"choices": [{"delta": {"content": LOW + HIGH}}]}
    machine = received(first, second, chunk(part(finish_reason="stop")))

    assert machine.partial().content == "a😀\ufffd"


def test_a_null_index_of_a_tool_call_is_0() -> None:
    first = piece(arguments='{"x":"' + HIGH, id="a", name="f")
    second = piece(arguments=LOW + '"}')
    (call,) = received(called({**first, "index": None}), called(second)).partial().tool_calls

    assert call.function.arguments == '{"x":"😀"}'


def test_a_lone_surrogate_in_reasoning_is_replaced_before_the_answer_begins() -> None:
    machine = received(chunk(part(reasoning=f"a{HIGH}", reasoning_content=f"a{HIGH}")), said("b"))

    assert machine.partial().reasoning == "a\ufffd"
    assert machine.partial().content == "b"


def test_a_template_does_not_match_a_lone_surrogate() -> None:
    texts = ["a", "b", f"c{HIGH}", f"{LOW}d", "e", f"f{HIGH}", "g", "h"]
    machine = ChatMachine()
    events = machine.receive([json.dumps(said(text)) for text in texts])

    assert machine.partial().content == "abc😀def\ufffdgh"
    assert "".join(event.delta for event in events) == "abc😀def\ufffdgh"  # type: ignore[union-attr]


def test_a_truncated_stream_ends_with_a_replacement_for_a_lone_surrogate() -> None:
    machine = received(called(piece(0, '{"a', id="a", name="f")), called(piece(0, HIGH)))
    machine.end()

    assert machine.partial().tool_calls[0].function.arguments == '{"a\ufffd'


@pytest.mark.parametrize("path", ["/chat/completions", "/v1/completions"])
def test_a_recorded_answer_converted_to_a_chunk_gives_the_same_response(path: str) -> None:
    for recording in recorded(path, streamed=False):
        machine = machine_of(recording)
        events = machine.receive([WholeAnswer(recording.body.decode())])
        plain, whole = plain_answer(recording), machine.partial()

        assert type(events[-1]) is DoneEvent
        for one, other in zip(whole.choices, plain.choices, strict=True):
            assert one.finish_reason == other.finish_reason
            if "chat" in path:
                assert (one.message.content or None) == (other.message.content or None)
                assert one.message.tool_calls == other.message.tool_calls
                assert one.message.reasoning == other.message.reasoning
            else:
                assert one.text == other.text
        assert (whole.id, whole.usage) == (plain.id, plain.usage)


@pytest.mark.parametrize("text", ["{}", '{"choices": []}', '{"choices": null}', "[]", '{"a": 1}'])
def test_json_without_choices_is_a_parse_error_without_retry(text: str) -> None:
    machine = ChunkReader(ChatMachine())
    machine.receive([WholeAnswer(text)])

    assert type(machine.error) is ParseError
    assert machine.error.body == text
