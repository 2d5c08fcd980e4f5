"""Structured decisions in vLLM's own format, compared with a real server."""

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import further, header_names, headers_of, repeat, server_like
from tests.testing.wire import ask
from vllm_client import SyncVllmClient
from vllm_client.testing import Labels, SimulatedVllm

PATH = "/v1/systemone"
ANSWERED = [load("chat-decides", "systemone"), *further("chat-decides/systemone")]
REFUSED = [load("chat-decides", "err_systemone_joint"), *further("chat-decides/err_systemone_*")]
WET = {"wet": {"type": "noul"}}


def kinds(value: object) -> object:
    """Return names and types of all values; the best answer depends on the model."""
    if isinstance(value, dict):
        return {name: kinds(item) for name, item in value.items()}
    return type(value)


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert list(headers_of(answer)) == header_names(recording.headers)
    assert list(answer.json) == list(recording.json)
    assert kinds(answer.json) == kinds(recording.json)


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_probabilities_can_be_scripted() -> None:
    questions = {**WET, "how": {"type": "score", "criteria": ["little", "much"]}}
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        server.reply(Labels([{"yes": 0.75, "no": 0.25}, {"much": 0.5}]))
        answers = client.systemone(state="It rains.", questions=questions).answers
    assert [answers["wet"]["noul"], answers["how"]["score"]] == [0.75, 0.5]


def test_equal_questions_have_equal_answers() -> None:
    with SimulatedVllm() as server:
        first, second = (
            ask(server, "POST", PATH, {"state": "It rains.", "questions": WET}).json["answers"]
            for _ in range(2)
        )
    assert first == second


def test_vllm_0_32_has_no_joint_field() -> None:
    body = {"state": "It rains.", "questions": WET, "x": 1}
    with SimulatedVllm(version="0.32.0") as server:
        answer = ask(server, "POST", PATH, body)
    assert (answer.status, "joint" in answer.json) == (200, False)
