"""/pooling, compared with real servers."""

from typing import Any

import pytest

from tests.recordings import Recording, all_recordings
from tests.testing.recorded import further, header_names, headers_of, repeat, server_like, shape
from tests.testing.wire import ask
from vllm_client import SyncVllmClient
from vllm_client.testing import Embeddings, Labels, SimulatedVllm
from vllm_client.testing.number_formats import shortest

TASKS: dict[str, Any] = {
    "embed": {"task": "embed", "embedding_size": 128},
    "bert_embed": {"task": "embed", "embedding_size": 64},
    "bert_rank": {"task": "score", "labels": ["LABEL_0"]},
    "qwen3_rank": {"task": "score", "labels": ["LABEL_0"]},
    "bert_class": {"task": "classify", "labels": ["NEGATIVE", "NEUTRAL", "POSITIVE"]},
}
RECORDED = [
    one for one in all_recordings() + further("*") if one.path == "/pooling" and one.config in TASKS
]
ANSWERED = [one for one in RECORDED if one.status == 200]
# The recorded model has its tasks in another order.
OTHERWISE = ("bert_embed/pooling_classify",)
REFUSED = [one for one in RECORDED if one.status >= 400 and str(one) not in OTHERWISE]


def server_of(recording: Recording) -> SimulatedVllm:
    return server_like(recording, **TASKS[recording.config])


def of_kind(answer: Any) -> Any:
    lengths = [(type(one["data"]), len(one["data"])) for one in answer["data"]]
    return shape({**answer, "data": [{**one, "data": []} for one in answer["data"]]}), lengths


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_of(recording) as server:
        answer = repeat(server, recording)
    assert list(headers_of(answer)) == header_names(recording.headers)
    if recording.headers["content-type"] == "application/json":
        assert of_kind(answer.json) == of_kind(recording.json)
    else:
        assert list(map(len, answer.chunks)) == list(map(len, recording.chunks))


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_of(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def pool(server: SimulatedVllm, **options: Any) -> Any:
    return ask(server, "POST", "/pooling", {"input": "a cat", **options}).json["data"][0]["data"]


def test_server_of_all_tasks_returns_vectors_and_classes() -> None:
    with SimulatedVllm(embedding_size=8, labels=["a", "b", "c"]) as server:
        embedded = ask(server, "POST", "/v1/embeddings", {"input": "a cat"}).json
        pooled = pool(server)
        assert pooled == pool(server, task="embed")
        # since 0.33, /v1/embeddings rounds to fewer digits
        assert list(map(shortest, pooled)) == embedded["data"][0]["embedding"]
        assert len(pool(server, task="classify")) == 3


def test_vectors_and_classes_can_be_scripted() -> None:
    with SimulatedVllm() as server:
        server.reply(Embeddings([[1.0, 2.0]]), Labels([{"a": 0.25, "b": 0.75}]))
        assert [pool(server), pool(server)] == [[1.0, 2.0], [0.25, 0.75]]


def test_data_for_plugins_is_rejected() -> None:
    with SimulatedVllm() as server:
        answer = ask(server, "POST", "/pooling", {"data": 5})
    assert (answer.status, answer.json["error"]["param"]) == (400, "task")


def test_client_decodes_the_bytes() -> None:
    with SimulatedVllm(embedding_size=8) as server, SyncVllmClient(server.base_url) as client:
        plain = client.pooling(input=["a", "b"])
        coded = client.pooling(input=["a", "b"], encoding_format="bytes")
    assert [one.data for one in coded.data] == [one.data for one in plain.data]
