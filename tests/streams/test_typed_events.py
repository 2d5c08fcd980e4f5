"""Streams of typed events in both protocols: reading, errors and end."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.helpers.decoding import steps, unhurried
from tests.helpers.protocols import (
    MACHINES,
    STREAMS,
    Machine,
    check_end,
    decode,
    machine_of,
    outcome,
    payloads_of,
    run,
)
from tests.helpers.responses import without_nulls
from tests.recordings import Recording
from vllm_client.api.anthropic.answers import MessagesResponse
from vllm_client.api.anthropic.events import MessagesErrorEvent, MessagesEvent
from vllm_client.api.anthropic.stream import MessagesMachine
from vllm_client.api.responses.answers import Response
from vllm_client.api.responses.events import ResponseErrorEvent, ResponseStreamEvent
from vllm_client.api.responses.stream import ResponsesMachine
from vllm_client.call.retry import is_retryable
from vllm_client.errors import ApiError, IoError, ParseError, StreamError, StreamTimeout, VllmError
from vllm_client.streams.typed_events import Parts

each_stream = pytest.mark.parametrize("stream", STREAMS, ids=str)
each_machine = pytest.mark.parametrize("make", MACHINES)

# A delta of each protocol, after which its stream has begun.
DELTAS: dict[type[Machine], dict[str, Any]] = {
    ResponsesMachine: {"type": "response.output_text.delta", "delta": "Once", "output_index": 0},
    MessagesMachine: {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "Once"},
    },
}
OPENINGS: dict[type[Machine], list[dict[str, Any]]] = {
    ResponsesMachine: [
        {"type": "response.created", "response": {"id": "resp_1", "output": []}},
        {"type": "response.output_item.added", "item": {"type": "message", "content": []}},
    ],
    MessagesMachine: [
        {"type": "message_start", "message": {"id": "msg_1", "content": []}},
        {"type": "ping"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ],
}


def text_of(response: Response | MessagesResponse) -> str:
    return response.output_text if isinstance(response, Response) else response.text


def test_there_are_recordings_of_both_protocols() -> None:
    assert {stream.path for stream in STREAMS} == {"/v1/responses", "/v1/messages"}
    assert len(STREAMS) == 4


@each_stream
def test_every_recorded_event_converts_back_to_the_same_json(
    stream: Recording,
) -> None:
    events = decode(machine_of(stream), [stream.body])
    payloads = payloads_of(stream)

    assert len(events) == len(payloads)
    for event, payload in zip(events, payloads, strict=True):
        assert type(event) is event.KINDS[payload["type"]]
        assert without_nulls(event.to_dict()) == without_nulls(payload)
        assert not event.unknown_fields


@each_stream
def test_a_recorded_stream_gives_the_same_events_by_byte_and_in_recorded_chunks(
    stream: Recording,
) -> None:
    machine = machine_of(stream)
    whole = outcome(machine, decode(machine, [stream.body]))
    assert machine.error is None
    for pieces in (
        stream.chunks,
        [stream.body[n : n + 1] for n in range(len(stream.body))],
        [stream.body.replace(b"\n", b"\r\n")],
    ):
        other = machine_of(stream)
        assert outcome(other, decode(other, pieces)) == whole


@given(st.data())
@unhurried
def test_a_recorded_stream_gives_the_same_events_in_any_chunking(data: st.DataObject) -> None:
    stream = data.draw(st.sampled_from(STREAMS))
    places = sorted(data.draw(st.lists(st.integers(0, len(stream.body)), max_size=30)))
    ends = [*places, len(stream.body)]
    pieces = [stream.body[start:end] for start, end in zip([0, *places], ends, strict=True)]
    whole, cut = machine_of(stream), machine_of(stream)

    assert outcome(cut, decode(cut, pieces)) == outcome(whole, decode(whole, [stream.body]))


@each_stream
def test_a_stream_truncated_anywhere_is_an_error_with_the_partial_response(
    stream: Recording,
) -> None:
    payloads = payloads_of(stream)
    texts = []
    for length in range(len(payloads)):
        machine = machine_of(stream)
        run(machine, payloads[:length])
        error = machine.error
        assert isinstance(error, StreamError)
        assert "the stream ended before" in error.message
        assert is_retryable(error) is not machine.begun
        if machine.begun:
            assert error.partial == machine.partial()
            texts.append(text_of(error.partial))
        else:
            assert error.partial is None
        check_end(machine)

    for shorter, longer in pairwise(texts):
        blank_text_goes_when_a_call_comes = not shorter.strip() and not longer
        assert longer.startswith(shorter) or blank_text_goes_when_a_call_comes


@each_stream
def test_data_after_the_last_event_give_no_events(stream: Recording) -> None:
    machine = machine_of(stream)
    decode(machine, [stream.body])

    assert machine.error is None
    check_end(machine)


@each_machine
def test_events_before_the_first_delta_are_returned_and_do_not_begin_the_stream(
    make: type[Machine],
) -> None:
    machine = make()
    for payload in OPENINGS[make]:
        assert len(machine.receive([json.dumps(payload)])) == 1
        assert not machine.begun
    machine.receive([json.dumps(DELTAS[make])])

    assert machine.begun
    assert text_of(machine.partial()) == "Once"


FAILURES = [
    ({"type": "error", "error": {"type": "internal_error", "message": "dead"}}, 500),
    ({"type": "error", "code": "server_error", "message": "dead", "param": None}, 500),
    ({"error": {"message": "dead", "type": "T", "param": "p", "code": 503}}, 503),
    ({"error": "dead"}, 500),
]
each_failure = pytest.mark.parametrize(("failure", "code"), FAILURES)


@each_machine
@each_failure
def test_an_error_event_before_the_first_delta_is_the_error_of_a_plain_call(
    make: type[Machine], failure: Any, code: int
) -> None:
    machine = make()
    run(machine, [*OPENINGS[make], failure])

    assert isinstance(machine.error, ApiError)
    assert (machine.error.code, machine.error.message) == (code, "dead")
    assert is_retryable(machine.error) is (code == 503)
    check_end(machine)


@each_machine
@each_failure
def test_an_error_event_after_the_first_delta_is_a_stream_error_with_the_text_so_far(
    make: type[Machine], failure: Any, code: int
) -> None:
    machine = make()
    run(machine, [*OPENINGS[make], DELTAS[make], failure, DELTAS[make]])

    error = machine.error
    assert type(error) is StreamError
    assert (error.code, error.message) == (code, "dead")
    assert isinstance(error.__cause__, ApiError)
    assert text_of(error.partial) == "Once"
    assert not is_retryable(error)


def test_an_error_event_of_the_protocol_is_the_last_event() -> None:
    responses, messages = ResponsesMachine(), MessagesMachine()

    (*_, event) = run(responses, [DELTAS[ResponsesMachine], FAILURES[1][0]])
    assert event == ResponseErrorEvent("dead", code="server_error")
    assert isinstance(responses.error, StreamError)
    assert responses.error.type == "server_error"
    (*_, event) = run(
        messages, [*OPENINGS[MessagesMachine], DELTAS[MessagesMachine], FAILURES[0][0]]
    )
    assert isinstance(event, MessagesErrorEvent)
    assert (event.error.type, event.error.message) == ("internal_error", "dead")


@each_machine
def test_an_event_of_an_unknown_type_is_returned(make: type[Machine]) -> None:
    machine = make()
    (event,) = machine.receive(['{"type": "news", "more": [1]}'])

    assert type(event) in (ResponseStreamEvent, MessagesEvent)
    assert (event.type, event.unknown_fields) == ("news", {"more": [1]})
    assert machine.error is None
    assert machine.begun


@each_machine
@pytest.mark.parametrize("text", ["{}", '{"type": null}', '{"type": ""}', '{"type": 7}'])
def test_an_event_without_a_type_is_dropped(make: type[Machine], text: str) -> None:
    machine = make()

    assert machine.receive([text]) == []
    assert (machine.begun, machine.over) == (False, False)
    assert len(machine.receive([json.dumps(DELTAS[make])])) == 1


class Piece:
    """A part, which may be a tool call."""

    def __init__(self, call_id: str | None) -> None:
        self.call_id = call_id


def test_a_part_replaces_the_one_of_its_index_unless_both_are_different_tool_calls() -> None:
    parts: Parts[Piece] = Parts()
    text, cut, first, second, whole = map(Piece, (None, "a", "a", "b", "a"))
    for part in (text, cut, first, second, whole):
        parts.put(1, part)
    later = Piece(None)
    parts.put(0, later)

    assert parts.in_order() == [later, second, whole]
    parts.clear()
    assert parts.in_order() == []


@each_machine
@pytest.mark.parametrize("text", ["<html>", "[1]", '{"type": "ping"', "7"])
def test_data_that_are_not_an_event_are_a_parse_error(make: type[Machine], text: str) -> None:
    machine = make()

    assert run(machine, [text]) == []
    assert isinstance(machine.error, ParseError)
    assert machine.error.body == text


def test_a_wrong_type_in_an_event_is_reported_with_its_path() -> None:
    machine = ResponsesMachine()
    run(
        machine, [{"type": "response.output_item.added", "item": {"type": "message", "content": 7}}]
    )

    assert isinstance(machine.error, ParseError)
    assert machine.error.where == "$.item.content"


@each_machine
def test_done_does_not_end_these_streams(make: type[Machine]) -> None:
    machine = make()
    run(machine, [*OPENINGS[make], DELTAS[make], "[DONE]"])

    assert isinstance(machine.error, StreamError)


@each_machine
@pytest.mark.parametrize("begun", [False, True])
def test_an_error_of_the_connection_is_raised_with_the_partial_response(
    make: type[Machine], begun: bool
) -> None:
    for error in (StreamTimeout("silent", "idle", 120.0), IoError("reset")):
        machine = make()
        machine.receive([json.dumps(one) for one in [*OPENINGS[make], *[DELTAS[make]] * begun]])

        assert machine.fail(error) == []
        told = machine.error
        if not begun:
            assert told is error
        else:
            assert isinstance(told, StreamError)
            assert text_of(told.partial) == "Once"
            assert (told if isinstance(error, StreamError) else told.__cause__) is error


def check_decoding(machine: Machine, pieces: list[bytes]) -> None:
    decode(machine, pieces)
    assert machine.error is None or isinstance(machine.error, VllmError)
    check_end(machine)


@given(make=st.sampled_from(MACHINES), pieces=st.lists(st.binary(max_size=200), max_size=10))
@settings(unhurried, max_examples=100)
def test_random_bytes_give_an_error_and_nothing_else(
    make: type[Machine], pieces: list[bytes]
) -> None:
    machine = make()
    check_decoding(machine, pieces)
    assert isinstance(machine.error, VllmError)


TOKENS = [
    b"{",
    b"}",
    b'"',
    b"\\",
    b"[",
    b"]",
    b":",
    b",",
    b"null",
    b"1",
    b"\n\n",
    b"delta",
    b"text",
]


@given(st.data())
@settings(unhurried, max_examples=150)
def test_mutated_recordings_give_events_or_an_error_and_nothing_else(data: st.DataObject) -> None:
    stream = data.draw(st.sampled_from(STREAMS))
    body = stream.body
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = start + data.draw(st.integers(0, 12))
        new = data.draw(st.sampled_from(TOKENS) | st.binary(max_size=6))
        body = body[:start] + new + body[end:]

    check_decoding(machine_of(stream), [body])


@given(st.data())
@settings(unhurried, max_examples=150)
def test_events_of_a_recording_in_any_order_give_events_or_an_error(data: st.DataObject) -> None:
    stream = data.draw(st.sampled_from(STREAMS))
    payloads = data.draw(st.lists(st.sampled_from(payloads_of(stream)), max_size=12))
    for payload in payloads:
        for name in ("output_index", "index", "content_index"):
            if name in payload:
                payload[name] = data.draw(st.integers(0, 2))

    machine = machine_of(stream)
    run(machine, payloads)
    check_end(machine)


@each_machine
def test_steps_are_linear_in_the_number_of_events(make: type[Machine]) -> None:
    text = json.dumps(DELTAS[make])
    opening = [json.dumps(one) for one in OPENINGS[make]]

    def reading(count: int) -> int:
        machine = make()
        machine.receive([*opening, text, text])
        return steps(lambda: machine.receive([text] * count))

    reading(10)
    assert reading(2_000) < 2.1 * reading(1_000)


# The partial response.


@each_stream
def test_a_partial_response_does_not_change_while_the_stream_continues(stream: Recording) -> None:
    machine = machine_of(stream)
    seen = []
    for payload in payloads_of(stream):
        seen.append((machine.partial(), machine.partial().to_json()))
        machine.receive([json.dumps(payload)])
        assert machine.usage == machine.partial().usage

    assert all(partial.to_json() == json for partial, json in seen)
    assert machine.usage is not None


@each_machine
def test_the_partial_response_is_empty_before_any_data(make: type[Machine]) -> None:
    assert make().partial() is not None
    assert make().usage is None
