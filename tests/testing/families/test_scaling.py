"""Elastic expert parallelism and fault tolerance."""

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import further, repeat
from tests.testing.wire import ask
from vllm_client import ApiError, SyncVllmClient
from vllm_client.testing import SimulatedVllm

RECORDED = [
    *further("chat-scale-out/scale_*"),
    *further("chat-scale-out/is_scaling"),
    load("chat-scale-out", "is_scaling_elastic_ep"),
]


@pytest.mark.parametrize("recording", RECORDED, ids=str)
def test_answer_equals_the_recording(recording: Recording) -> None:
    with SimulatedVllm(task="generate") as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_status_has_one_field_before_0_33() -> None:
    with SimulatedVllm(version="0.25.1") as server:
        answer = ask(server, "POST", "/is_scaling_elastic_ep")
    assert answer.json == {"is_scaling_elastic_ep": False}


def test_healthy_engine_accepts_the_instruction() -> None:
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        status = client.fault_tolerance_status()
        accepted = client.fault_tolerance_apply(instruction="retry")
        with pytest.raises(ApiError, match="Invalid instruction: 'nope'"):
            client.fault_tolerance_apply(instruction="nope")
    assert [engine.status for engine in status.engines or ()] == ["healthy"]
    assert accepted.request_id


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "'instruction' is required."),
        ({"instruction": "retry", "params": []}, "'params' must be an object."),
    ],
)
def test_invalid_instruction_is_rejected(body: object, message: str) -> None:
    with SimulatedVllm() as server:
        answer = ask(server, "POST", "/fault_tolerance/apply", body)
    assert (answer.status, answer.json["error"]["message"]) == (400, message)
