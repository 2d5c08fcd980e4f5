"""Test the JSON of events: a plain response as events, and the texts in events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.recordings import load
from vllm_client.api.responses.answers import Response
from vllm_client.api.responses.event_json import texts_of_event
from vllm_client.api.responses.events import ResponseTextDeltaEvent
from vllm_client.api.responses.stream import ResponsesMachine
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError, StreamError
from vllm_client.streams.body import WholeAnswer

HIGH, LOW = "\ud83d", "\ude00"


def read(answer: Any) -> tuple[ResponsesMachine, list[Any]]:
    machine = ResponsesMachine()
    return machine, machine.receive([WholeAnswer(json.dumps(answer))])


@pytest.mark.parametrize("name", ["responses", "responses_tool"])
def test_a_recorded_response_is_a_stream_of_one_delta_for_each_text(name: str) -> None:
    answer = load("chat", f"{name}.plain").json
    machine, events = read(answer)
    said = [event.delta for event in events if isinstance(event, ResponseTextDeltaEvent)]

    assert machine.error is None
    assert machine.partial() == structure(answer, Response)
    assert "".join(said) == machine.partial().output_text
    assert [event.type for event in events][:: len(events) - 1] == [
        "response.created",
        "response.completed",
    ]


@pytest.mark.parametrize(
    ("status", "last"),
    [("incomplete", "response.incomplete"), ("failed", "response.failed"),
     ("completed", "response.completed"), (None, "response.completed")],
)  # fmt: skip
def test_type_of_the_last_event_depends_on_the_status(status: str | None, last: str) -> None:
    machine, events = read({"output": [], "status": status, "id": "r"})

    assert events[-1].type == last
    assert machine.error is None


def test_unfinished_response_is_an_incomplete_stream() -> None:
    machine, _ = read({"output": [], "status": "queued", "id": "r"})

    assert isinstance(machine.error, StreamError)


@pytest.mark.parametrize("answer", [{}, [], {"output": ""}, {"output": 5}])
def test_malformed_response_is_a_parse_error(answer: Any) -> None:
    machine, _ = read(answer)

    assert isinstance(machine.error, ParseError)


@pytest.mark.parametrize("output", [[1], [{"type": "message", "content": [1]}], [{"type": "x"}]])
def test_malformed_output_raises_no_other_exception(output: Any) -> None:
    machine, _ = read({"output": output, "id": "r"})

    assert machine.over


@pytest.mark.parametrize(
    "payload",
    [
        None,
        5,
        {"delta": 5},
        {"delta": "a", "content_index": []},
        {"delta": "a", "output_index": {}},
    ],
)
def test_other_events_have_no_texts(payload: Any) -> None:
    assert list(texts_of_event(payload)[0]) == []


@pytest.mark.parametrize("ids", [({}, {"item_id": "m"}), ({"item_id": "m"}, {"content_index": 0})])
def test_split_surrogate_pair_is_joined_without_an_index(ids: Any) -> None:
    machine = ResponsesMachine()
    delta = {"type": "response.output_text.delta", "output_index": 0}
    for half, place in zip(("\ud83d", "\ude00"), ids, strict=True):
        machine.receive([json.dumps({**delta, **place, "delta": half})])

    assert machine.partial().output_text == "😀"


def test_missing_output_is_an_empty_response() -> None:
    machine, _ = read({"output": None, "id": "r"})

    assert machine.error is None
    assert machine.partial().output == []


def test_split_surrogate_pair_is_joined_or_replaced_at_the_end() -> None:
    machine = ResponsesMachine()
    kind = "response.output_text.delta"
    payloads = [
        {"type": kind, "output_index": 0, "item_id": "a", "delta": f"x{HIGH}"},
        {"type": kind, "output_index": 1, "item_id": "b", "delta": f"y{HIGH}"},
        {"type": kind, "output_index": 0, "item_id": "a", "delta": LOW},
        {"type": "response.output_text.done", "output_index": 1, "item_id": "b", "text": ""},
    ]
    events = machine.receive([json.dumps(payload) for payload in payloads])

    assert [getattr(event, "delta", None) for event in events] == ["x", "y", "😀", "\ufffd", None]
    assert machine.partial().output_text == "x😀y\ufffd"
