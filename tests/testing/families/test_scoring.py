"""Scores and ranks, compared with real servers."""

from typing import Any

import pytest

from tests.recordings import Recording, all_recordings
from tests.testing.families.test_pooling import TASKS
from tests.testing.recorded import further, header_names, headers_of, repeat, server_like, shape
from tests.testing.wire import ask
from vllm_client import SyncVllmClient
from vllm_client.testing import Scores, SimulatedVllm

PATHS = ("/score", "/v1/score", "/rerank", "/v1/rerank", "/v2/rerank")
RECORDED = [
    one for one in all_recordings() + further("*") if one.path in PATHS and one.config in TASKS
]
ANSWERED = [one for one in RECORDED if one.status == 200]
REFUSED = [one for one in RECORDED if one.status and one.status >= 400]


def server_of(recording: Recording) -> SimulatedVllm:
    return server_like(recording, task="embed" if "embed" in recording.config else "score")


def of_kind(answer: Any) -> Any:
    """Return the shape without the order of documents, which depends on the model."""
    results = sorted(answer.get("results") or (), key=lambda one: one["index"])
    shown = [{**one, "index": 0, "document": sorted(one["document"])} for one in results]
    return shape({**answer, **({"results": shown} if results else {})})


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_of(recording) as server:
        answer = repeat(server, recording)
    assert list(headers_of(answer)) == header_names(recording.headers)
    assert of_kind(answer.json) == of_kind(recording.json)


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_of(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_document_with_shared_words_ranks_first() -> None:
    documents = ["a recipe with onions", "Paris is the capital of France"]
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        ranked = client.rerank(query="What is the capital of France?", documents=documents)
        best = client.rerank(query="the capital of France", documents=documents, top_n=1)
        scores = client.score(queries="the capital of France", documents=documents)
    assert [result.index for result in ranked.results] == [1, 0]
    assert [result.document.text for result in best.results] == [documents[1]]
    assert scores.data[1].score > scores.data[0].score
    assert all(0 <= one.score <= 1 for one in scores.data)


def test_texts_are_compared_pairwise_or_one_with_many() -> None:
    with SimulatedVllm() as server:
        ask_scores = {"text_1": ["a", "b"], "text_2": ["a", "b"]}
        pairs = ask(server, "POST", "/score", ask_scores).json["data"]
        each = ask(server, "POST", "/score", {"queries": "a", "items": ["a", "b"]}).json["data"]
    assert pairs[0]["score"] == pairs[1]["score"] == each[0]["score"] == pytest.approx(1)
    assert each[1]["score"] < 1


def test_content_parts_are_compared_by_their_text() -> None:
    content = {"content": [{"type": "text", "text": "a cat"}]}
    with SimulatedVllm() as server:
        body = {"query": content, "documents": ["a cat", content]}
        results = ask(server, "POST", "/rerank", body).json["results"]
    assert results[0]["relevance_score"] == results[1]["relevance_score"]
    assert results[1]["document"] == {"text": None, "multi_modal": content["content"]}


def test_scripted_scores_are_in_the_order_of_the_request() -> None:
    with SimulatedVllm() as server:
        server.reply(Scores([0.25, 0.75]), Scores([0.5]))
        results = ask(server, "POST", "/rerank", {"query": "x", "documents": ["a", "b"]}).json
        scores = ask(server, "POST", "/score", {"queries": "x", "documents": ["a", "b"]}).json
    assert [(one["index"], one["relevance_score"]) for one in results["results"]] == [
        (1, 0.75),
        (0, 0.25),
    ]
    assert [one["score"] for one in scores["data"]] == [0.5, 0.5]
