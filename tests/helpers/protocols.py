"""Streams of named events, for the tests of Responses and Messages."""

import json
from collections.abc import Iterable
from typing import Any

from tests.helpers.decoding import SETTINGS
from tests.recordings import Recording, all_recordings
from vllm_client.api.anthropic.request import plan_messages
from vllm_client.api.anthropic.stream import MessagesMachine
from vllm_client.api.responses.request import plan_response
from vllm_client.api.responses.stream import ResponsesMachine
from vllm_client.call.retry import is_retryable
from vllm_client.errors import VllmError
from vllm_client.http.sse import SseDecoder

Machine = ResponsesMachine | MessagesMachine
MACHINES: tuple[type[Machine], ...] = (ResponsesMachine, MessagesMachine)

STREAMS = [
    one
    for one in all_recordings("chat/[rm]es*.stream")
    if one.status == 200 and one.path in ("/v1/responses", "/v1/messages")
]


def machine_of(recording: Recording) -> Machine:
    """Return the machine that the client makes for a recorded request."""
    plan: Any = plan_response if recording.path == "/v1/responses" else plan_messages
    machine: Machine = plan(SETTINGS, {"extra_body": recording.request}).machine()
    return machine


def decode(machine: Machine, pieces: Iterable[bytes]) -> list[Any]:
    """Return the events of a body that arrives in these pieces and then ends."""
    decoder, events = SseDecoder(), []
    for piece in pieces:
        try:
            texts = decoder.feed(piece)
        except VllmError as error:
            return events + machine.fail(error)
        events += machine.receive(texts)
    return events + machine.end()


def run(machine: Machine, payloads: Iterable[Any]) -> list[Any]:
    """Return the events of these payloads, each in its own read, and of the end after them."""
    events = []
    for payload in payloads:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        events += machine.receive([text])
    return events + machine.end()


def payloads_of(recording: Recording) -> list[Any]:
    """Return the JSON of each event of a recorded stream."""
    return [json.loads(text) for text in SseDecoder().feed(recording.body)]


def outcome(machine: Machine, events: list[Any]) -> tuple[Any, ...]:
    """Return the visible state of a stream that is over, as a comparable value."""
    error = machine.error
    seen = None if error is None else (type(error), str(error), is_retryable(error))
    return events, seen, machine.begun, machine.partial()


def check_end(machine: Machine) -> None:
    """Assert what is true of every stream that is over, for any input."""
    assert machine.over
    assert machine.error is None or isinstance(machine.error, VllmError)
    before = machine.partial()
    assert machine.receive(['{"type": "ping"}', "[DONE]"]) == []
    assert machine.end() == []
    assert machine.fail(VllmError("late")) == []
    assert machine.partial() == before
    before.to_json()
