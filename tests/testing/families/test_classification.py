"""Classification, compared with real servers."""

from typing import Any

import pytest

from tests.recordings import Recording, all_recordings
from tests.testing.families.test_pooling import TASKS, server_of
from tests.testing.recorded import header_names, headers_of, repeat, shape
from tests.testing.wire import ask
from vllm_client import SyncVllmClient
from vllm_client.testing import Labels, SimulatedVllm

RECORDED = [one for one in all_recordings() if one.path == "/classify" and one.config in TASKS]
ANSWERED = [one for one in RECORDED if one.status == 200]
REFUSED = [one for one in RECORDED if one.status and one.status >= 400]


def _labels(one: Any) -> dict[str, float]:
    """Return probabilities in which the recorded label has the highest."""
    others = (f"other {number}" for number in range(one["num_classes"] - 1))
    return {one["label"]: 1.0, **dict.fromkeys(others, 0.0)}


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_of(recording) as server:
        server.reply(Labels([_labels(one) for one in recording.json["data"]]))
        answer = repeat(server, recording)
    assert list(headers_of(answer)) == header_names(recording.headers)
    assert shape(answer.json) == shape(recording.json)


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_of(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_label_is_the_most_probable_and_equal_for_equal_texts() -> None:
    labels = ["BAD", "GOOD", "SO SO"]
    with SimulatedVllm(labels=labels) as server, SyncVllmClient(server.base_url) as client:
        one, same = client.classify(input=["a film", "a film"]).data
    assert one.probs == same.probs
    assert one.label == labels[one.probs.index(max(one.probs))]
    assert one.num_classes == 3


def test_a_conversation_is_one_text() -> None:
    with SimulatedVllm() as server:
        body = {"messages": [{"role": "user", "content": "a film"}]}
        assert len(ask(server, "POST", "/classify", body).json["data"]) == 1


def test_labels_can_be_scripted() -> None:
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        server.reply(Labels([{"POSITIVE": 0.75, "NEGATIVE": 0.25}]))
        [one] = client.classify(input="a film").data
    assert (one.label, one.probs) == ("POSITIVE", [0.75, 0.25])
