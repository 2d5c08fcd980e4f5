"""Structured decisions in OpenAI's format, compared with a real server."""

import pytest

from tests.recordings import Recording, load
from tests.testing.families.test_systemone import kinds
from tests.testing.recorded import (
    further,
    header_names,
    headers_of,
    load_further,
    repeat,
    server_like,
)
from tests.testing.wire import ask
from vllm_client import SyncVllmClient
from vllm_client.testing import Labels, SimulatedVllm

ANSWERED = [load("chat-decides", "decisions"), *further("chat-decides/decisions_*")]
REFUSED = [
    load("chat-decides", "err_decisions_joint"),
    load("chat-decides", "err_decisions_unknown"),
    *further("chat-decides/err_decisions_*"),
]


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(
            Labels([{"rain": 0.25, "snow": 0.25, "false": 0.5, "little": 0.5, "much": 0.5}])
        )
        answer = repeat(server, recording)
    assert list(headers_of(answer)) == header_names(recording.headers)
    assert kinds(answer.json) == kinds(recording.json)
    for ours, real in zip(answer.json["answers"], recording.json["answers"], strict=True):
        assert list(ours) == list(real)
        assert kinds(dict(enumerate(ours.get("probabilities", ())))) == kinds(
            dict(enumerate(real.get("probabilities", ())))
        )


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


@pytest.mark.parametrize("name", ["err_decisions_tokens", "err_systemone_tokens"])
def test_model_without_decisions_is_an_error(name: str) -> None:
    recording = load_further("chat-scale-out", name)
    with SimulatedVllm(task="embed") as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_client_parses_the_answers() -> None:
    questions = [
        {"type": "predicate", "instructions": "Is it wet?"},
        {"type": "choice", "instructions": "What?", "choices": [{"value": "a"}, {"value": True}]},
    ]
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        server.reply(Labels([{"true": 0.75, "false": 0.25}, {"a": 0.25, "true": 0.75}]))
        told = client.decisions(model="simulated", input="It rains.", questions=questions)
    wet, what = told.answers
    assert (wet.probability, what.choice) == (0.75, True)


def test_vllm_0_32_has_no_such_route() -> None:
    with SimulatedVllm(version="0.32.0") as server:
        assert ask(server, "POST", "/v1/decisions", {}).status == 404
