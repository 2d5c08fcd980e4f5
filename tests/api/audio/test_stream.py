"""Test streams of transcriptions and translations: events, and the assembled text."""

import json
from itertools import pairwise
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import check_end, comparable, unhurried
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.audio.answers import Transcript
from vllm_client.api.audio.stream import AudioMachine
from vllm_client.codec.usage import Usage
from vllm_client.errors import ApiError, ParseError, StreamError, VllmError
from vllm_client.http.sse import SseDecoder
from vllm_client.streams import delta_template
from vllm_client.streams.events import ContentEvent, DoneEvent, ErrorEvent, UsageEvent

STREAMS = [one for one in all_recordings("whisper/*.stream") if one.streamed]
LONG = load("whisper", "transcribe_long.stream")
SENTENCE = " Hello from the tiny speech model."


def decode(pieces: list[bytes]) -> tuple[AudioMachine, list[Any]]:
    """Run the state machine on a body in these pieces, and return it with the events."""
    machine, decoder, events = AudioMachine(), SseDecoder(), []
    for piece in pieces:
        try:
            texts = decoder.feed(piece)
        except VllmError as error:
            return machine, events + machine.fail(error)
        events += machine.receive(texts)
    return machine, events + machine.end()


def run(*chunks: Any) -> tuple[AudioMachine, list[Any]]:
    """Run the state machine on chunks, one for each read."""
    machine, events = AudioMachine(), []
    for chunk in chunks:
        events += machine.receive([chunk if isinstance(chunk, str) else json.dumps(chunk)])
    return machine, events + machine.end()


def said(text: str, finish_reason: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a chunk in the format of vLLM 0.32."""
    choice: dict[str, Any] = {"delta": {"content": text}}
    if finish_reason is not None:
        choice |= {"finish_reason": finish_reason, "stop_reason": None}
    head = {"id": "transcribe-1", "object": "transcription.chunk", "created": 7, "model": "w"}
    return {**head, "choices": [choice], **fields}


@pytest.mark.parametrize("stream", STREAMS, ids=str)
def test_recorded_stream_assembles_to_the_plain_answer(stream: Recording) -> None:
    machine, events = decode([stream.body])
    plain = load(stream.config, stream.name.removesuffix(".stream")).json

    assert machine.error is None
    assert machine.partial().text == plain["text"]
    assert machine.partial().content == plain["text"]
    assert events[-1] == DoneEvent("stop", {0: "stop"})
    assert "".join(e.delta for e in events if isinstance(e, ContentEvent)) == plain["text"]


def test_stream_of_a_long_recording_continues_after_a_finish_reason() -> None:
    machine, events = decode(list(LONG.chunks))

    usage = Usage(6504, 63, 6567)
    assert events[-2:] == [UsageEvent(usage), DoneEvent("stop", {0: "stop"})]
    response = machine.partial()
    assert response.text == " ".join([SENTENCE] * 3)
    assert response.id.startswith("transcribe-")
    assert (response.model, response.finish_reason, response.usage) == ("whisper", "stop", usage)


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_long_recording_that_is_cut_between_its_pieces_is_an_error(pieces: int) -> None:
    chunks = list(LONG.chunks)
    ends = [number for number, chunk in enumerate(chunks) if b"finish_reason" in chunk]
    machine, events = decode(chunks[: ends[pieces - 1] + 1])

    assert isinstance(machine.error, StreamError)
    assert machine.error.partial.text == " ".join([SENTENCE] * pieces)
    assert events[-1] == ErrorEvent(machine.error)


@pytest.mark.parametrize(
    "chunks",
    [
        (said("Hi"), "[DONE]"),
        (said("Hi"), said("", "stop")),
        (said("Hi", "stop"), said(" there"), "[DONE]"),
        (said("Hi"), said("", "stop"), said("Hi"), "[DONE]"),
    ],
)
def test_complete_stream_ends_with_a_finish_reason_and_done(chunks: Any) -> None:
    machine, events = run(*chunks)

    assert isinstance(machine.error, StreamError)
    check_end(machine, events)  # type: ignore[arg-type]


def test_finish_reason_is_length_if_any_piece_was_cut_off() -> None:
    machine, events = run(said("a", "length"), said("b"), said("", "stop"), "[DONE]")

    assert events[-1] == DoneEvent("length", {0: "length"})
    assert machine.partial() == Transcript(
        "ab", id="transcribe-1", created=7, model="w", finish_reason="length"
    )


def test_answer_contains_everything_from_the_chunks() -> None:
    running = said("a", usage={"prompt_tokens": 1, "total_tokens": 2, "completion_tokens": 1})
    last = said("", "stop", more=3)
    last["choices"][0]["stop_reason"] = "END"
    machine, events = run(running, last, said("", usage={"total_tokens": 9}, choices=[]), "[DONE]")

    assert events == [
        ContentEvent("a"),
        UsageEvent(Usage(total_tokens=9)),
        DoneEvent("stop", {0: "stop"}),
    ]
    assert machine.partial() == Transcript(
        "a",
        id="transcribe-1",
        created=7,
        model="w",
        finish_reason="stop",
        stop_reason="END",
        usage=Usage(total_tokens=9),
        unknown_fields={"more": 3},
    )


def test_silence_is_a_complete_answer_without_text() -> None:
    machine, events = run(said("", "stop"), "[DONE]")

    assert events == [DoneEvent("stop", {0: "stop"})]
    assert machine.partial().text == ""


def test_error_inside_the_stream_has_the_partial_answer() -> None:
    failure = {"error": {"message": "boom", "type": "InternalServerError", "code": 500}}
    machine, _ = run(said("Hi"), failure, "[DONE]")
    at_once, _ = run(failure, "[DONE]")

    assert isinstance(machine.error, StreamError)
    assert (machine.error.code, machine.error.partial.text) == (500, "Hi")
    assert isinstance(at_once.error, ApiError)


@pytest.mark.parametrize("text", ["no", '{"choices":[{"delta":{"content":1}}]}', "[]"])
def test_malformed_chunk_is_a_parse_error(text: str) -> None:
    machine, _ = run(text)

    assert isinstance(machine.error, ParseError)


@unhurried
@given(st.lists(st.integers(0, len(LONG.body)), max_size=20))
def test_rechunked_bytes_give_the_same_events(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(LONG.body)]
    pieces = [LONG.body[a:b] for a, b in pairwise(places)]

    assert decode(pieces)[1] == decode([LONG.body])[1]


@pytest.mark.parametrize("stream", STREAMS, ids=str)
def test_templates_decode_like_full_parsing(stream: Recording) -> None:
    quick, events = decode([stream.body])
    with mock.patch.object(delta_template, "MAX_LEARNED_TEMPLATES", 0):
        slow, parsed = decode([stream.body])

    assert events == parsed
    assert quick.partial() == slow.partial()


@unhurried
@given(
    st.lists(
        st.sampled_from(
            [
                said("a"),
                said(""),
                said("b", "stop"),
                said("", "length"),
                said("c", x=1),
                said("", choices=[], usage={"total_tokens": 1}),
                "[DONE]",
            ]
        )
    )
)
def test_templates_change_nothing_in_any_order(chunks: list[Any]) -> None:
    quick, events = run(*chunks)
    with mock.patch.object(delta_template, "MAX_LEARNED_TEMPLATES", 0):
        slow, parsed = run(*chunks)

    assert comparable(events) == comparable(parsed)
    assert quick.partial() == slow.partial()


@unhurried
@given(st.binary())
def test_any_bytes_give_events_and_one_end(octets: bytes) -> None:
    machine, events = decode([octets])

    check_end(machine, events)  # type: ignore[arg-type]


def test_fields_missing_in_a_chunk_come_from_a_later_one() -> None:
    machine, _ = run(said("a", id="", model=""), said("b", "stop"), "[DONE]")

    response = machine.partial()
    assert (response.id, response.created, response.model) == ("transcribe-1", 7, "w")
