"""Generative scoring, compared with a real server."""

import re

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import further, header_names, headers_of, repeat, server_like, shape
from vllm_client import SyncVllmClient
from vllm_client.testing import Engine, Scores, SimulatedVllm

ANSWERED = [load("chat-dev", "generative_scoring"), *further("chat-dev/scoring_*")]
REFUSED = further("chat-dev/err_scoring_*")


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert list(headers_of(answer)) == header_names(recording.headers)
    assert shape(answer.json) == shape(recording.json)


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_equals_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, free(answer.body)) == (recording.status, free(recording.body))


def free(body: bytes) -> str:
    """Return the text without the size of the model's vocabulary."""
    return re.sub(r"\[0, \d+\)", "[0, ~)", body.decode())


def test_scores_are_derived_from_the_texts_or_scripted() -> None:
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        asked = {"query": "a cat", "items": ["a cat", "onions"], "label_token_ids": [1, 2]}
        near, far = (one.score for one in client.generative_scoring(**asked).data)
        server.reply(Scores([0.25]))
        told = client.generative_scoring(**asked)
        alone = client.generative_scoring(**{**asked, "label_token_ids": [1]})
    assert near > far
    assert [one.score for one in told.data] == [0.25, 0.25]
    assert [one.score for one in alone.data] == [1.0, 1.0]


def test_scoring_goes_through_the_engine() -> None:
    engine = Engine(step_seconds=0.001)
    with SimulatedVllm(engine=engine) as server, SyncVllmClient(server.base_url) as client:
        client.generative_scoring(query="a b c", items=["d"], label_token_ids=[1])
        assert client.metrics().value("vllm:prompt_tokens_total") == 4
