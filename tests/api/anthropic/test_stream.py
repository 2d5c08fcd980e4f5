"""Test the message that is assembled from the events of a Messages stream."""

from typing import Any

import attrs
import pytest

from tests.helpers.protocols import decode, machine_of, run
from tests.recordings import load
from vllm_client.api.anthropic.answers import (
    ContentBlock,
    MessagesResponse,
    MessagesUsage,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
)
from vllm_client.api.anthropic.stream import MessagesMachine
from vllm_client.codec.decoder import structure
from vllm_client.errors import StreamError

START = {"type": "message_start", "message": {"id": "msg_1", "model": "tiny", "content": []}}
STOP = {"type": "message_stop"}


def begins(index: int = 0, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def text(index: int = 0) -> dict[str, Any]:
    return begins(index, type="text", text="")


def call(index: int = 0) -> dict[str, Any]:
    return begins(index, type="tool_use", id="call_1", name="f", input={})


def delta(index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": fields}


def said(piece: str, index: int = 0) -> dict[str, Any]:
    return delta(index, type="text_delta", text=piece)


def ended(reason: str | None = "end_turn", **fields: Any) -> dict[str, Any]:
    usage = {"input_tokens": 1, "output_tokens": 2}
    return {"type": "message_delta", "delta": {"stop_reason": reason, **fields}, "usage": usage}


def content(*events: Any) -> list[ContentBlock]:
    machine = MessagesMachine()
    run(machine, [START, *events, ended(), STOP])
    assert machine.error is None
    return machine.partial().content


def usual(message: MessagesResponse) -> MessagesResponse:
    """Return the message without the fields that differ in each answer."""
    blocks: list[ContentBlock] = []
    for block in message.content:
        if isinstance(block, ThinkingBlock):
            assert block.signature
            blocks.append(attrs.evolve(block, signature=""))
        elif isinstance(block, ToolUseBlock):
            assert block.id
            blocks.append(attrs.evolve(block, id=""))
        else:
            blocks.append(block)
    return attrs.evolve(message, id="", content=blocks)


@pytest.mark.parametrize("name", ["messages", "messages_tool"])
def test_recorded_stream_assembles_to_the_plain_answer(name: str) -> None:
    stream = load("chat", f"{name}.stream")
    machine = machine_of(stream)
    decode(machine, [stream.body])

    response = machine.partial()
    assert isinstance(response, MessagesResponse)
    assert usual(response) == usual(structure(load("chat", f"{name}.plain").json, MessagesResponse))


def test_blocks_are_assembled_from_deltas_in_order() -> None:
    assert content(
        begins(type="thinking", thinking=""),
        delta(type="thinking_delta", thinking="h"),
        delta(type="thinking_delta", thinking="m"),
        delta(type="signature_delta", signature="s"),
        delta(type="news_delta", news="kept as an event, no part of the message"),
        call(2),
        delta(2, type="input_json_delta", partial_json='{"a"'),
        delta(2, type="input_json_delta", partial_json=": 1}"),
        text(1),
        said("Hello", 1),
        begins(3, type="news", more=1),
    ) == [
        ThinkingBlock("hm", "s"),
        TextBlock("Hello"),
        ToolUseBlock("f", {"a": 1}, "call_1"),
        ContentBlock(type="news", unknown_fields={"more": 1}),
    ]


def test_delta_before_the_start_of_its_block_is_kept() -> None:
    assert content(
        delta(0, type="thinking_delta", thinking="hm"),
        said("Hello", 1),
    ) == [ThinkingBlock("hm"), TextBlock("Hello")]


def test_tool_input_before_its_block_start_is_a_parse_error() -> None:
    machine = MessagesMachine()
    run(machine, [START, text(), said("a"), delta(1, type="input_json_delta", partial_json="{")])

    assert machine.over
    assert machine.error is not None
    assert "a tool call before its content_block_start" in str(machine.error)


def test_stop_reason_and_usage_arrive_last() -> None:
    machine = MessagesMachine()
    run(machine, [START, text(), said("a"), ended("stop_sequence", stop_sequence="END"), STOP])

    assert machine.partial() == MessagesResponse(
        [TextBlock("a")],
        id="msg_1",
        model="tiny",
        stop_reason="stop_sequence",
        stop_sequence="END",
        usage=MessagesUsage(1, 2),
    )


def test_end_without_a_stop_reason_is_valid() -> None:
    # vLLM 0.32 sends no reason for a generation that was aborted, or that repeated itself
    machine = MessagesMachine()
    run(machine, [START, text(), said("a"), ended(None), STOP])

    assert machine.error is None


@pytest.mark.parametrize("events", [[ended()], [STOP]])
def test_end_needs_both_final_events(events: list[Any]) -> None:
    machine = MessagesMachine()
    run(machine, [START, text(), said("a"), *events])

    assert isinstance(machine.error, StreamError)
    assert machine.error.partial.text == "a"


def test_white_space_beside_a_call_is_dropped_as_in_a_plain_answer() -> None:
    (block,) = content(text(), said("\n\n"), call(1))

    assert block == ToolUseBlock("f", {}, "call_1")
    assert content(text(), said("\n\n")) == [TextBlock("\n\n")]
    assert content(text(), said("a"), call(1))[0] == TextBlock("a")


def test_answer_without_content_has_an_empty_text_as_in_a_plain_answer() -> None:
    assert content() == [TextBlock("")]

    machine = MessagesMachine()
    run(machine, [START])
    assert machine.partial().content == []


@pytest.mark.parametrize("came", ['{"city": "Tok', "[1]", "7"])
def test_call_with_incomplete_input_has_none(came: str) -> None:
    (block,) = content(call(), delta(type="input_json_delta", partial_json=came))

    assert isinstance(block, ToolUseBlock)
    assert block.input is None
    assert block.unknown_fields == {"partial_json": came}


def test_parallel_calls_with_the_same_index_are_all_kept() -> None:
    one = begins(0, type="tool_use", id="a", name="f", input={})
    other = begins(0, type="tool_use", id="b", name="f", input={})
    pieces = [delta(0, type="input_json_delta", partial_json=f'{{"x": {n}}}') for n in (1, 2)]

    assert content(one, pieces[0], other, pieces[1]) == [
        ToolUseBlock("f", {"x": 1}, "a"),
        ToolUseBlock("f", {"x": 2}, "b"),
    ]


def test_a_block_that_begins_again_replaces_itself() -> None:
    one = begins(0, type="tool_use", id="a", name="f", input={})

    assert content(one, one) == [ToolUseBlock("f", {}, "a")]
    assert content(text(), said("a"), text(), said("b")) == [TextBlock("b")]


@pytest.mark.parametrize(
    ("pieces", "arguments"),
    [
        ([], {}),
        ([" "], {}),
        (["null"], {}),
        (['"{\\"x\\"', ': 1}"'], {"x": 1}),
    ],
)
def test_input_of_a_call_is_decoded_like_all_arguments(
    pieces: list[str], arguments: dict[str, Any]
) -> None:
    deltas = [delta(0, type="input_json_delta", partial_json=piece) for piece in pieces]

    assert content(call(), *deltas) == [ToolUseBlock("f", arguments, "call_1")]


@pytest.mark.parametrize("given", [{}, {"input": None}, {"input": ""}, {"input": "{}"}])
def test_a_call_may_begin_without_input(given: dict[str, Any]) -> None:
    assert content(begins(0, type="tool_use", id="a", name="f", **given)) == [
        ToolUseBlock("f", {}, "a")
    ]
