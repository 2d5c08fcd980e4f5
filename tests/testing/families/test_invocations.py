"""/invocations: the body determines the family."""

from typing import Any

import pytest

from tests.recordings import Recording
from tests.testing.recorded import further, load_further, repeat, server_like
from tests.testing.wire import ask, chat
from vllm_client.testing import Embeddings, SimulatedVllm

PATH = "/invocations"
RECORDED = [*further("chat-scale-out/invocations*"), *further("embed/invocations*")]


@pytest.mark.parametrize("recording", RECORDED, ids=str)
def test_family_equals_the_recording(recording: Recording) -> None:
    task = "embed" if recording.config == "embed" else "generate"
    with server_like(recording, task=task) as server:
        answer = repeat(server, recording)
    assert (answer.status, list(answer.json)) == (recording.status, list(recording.json))


def test_generating_server_handles_other_bodies_as_completions() -> None:
    recording = load_further("chat-scale-out", "err_invocations")
    with server_like(recording, task="generate") as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body) == (recording.status, recording.body)


@pytest.mark.parametrize(
    "name", ["err_invocations", "err_invocations_chat", "err_invocations_json"]
)
def test_body_of_no_family_is_rejected(name: str) -> None:
    recording = load_further("embed", name)
    with server_like(recording, task="embed") as server:
        answer = repeat(server, recording)
    said, real = (told.json["error"]["message"] for told in (answer, recording))
    assert answer.status == recording.status
    assert said.partition("Expected one of")[0] == real.partition("Expected one of")[0]


def test_header_selects_the_model() -> None:
    body = {"messages": [{"role": "user", "content": "Hi"}], "model": "unknown"}
    with SimulatedVllm(models=["a", "b"]) as server:
        first = ask(server, "POST", PATH, body)
        named = ask(server, "POST", PATH, body, x_amzn_sagemaker_adapter_identifier="b")
    assert [answer.json["model"] for answer in (first, named)] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "object"),
    [
        ({"messages": [{"role": "user", "content": "Hi"}]}, "chat.completion"),
        ({"prompt": "Hi"}, "text_completion"),
        ({"input": "Hi"}, "list"),
    ],
)
def test_a_server_of_all_tasks_has_all_families(body: Any, object: str) -> None:
    with SimulatedVllm() as server:
        assert ask(server, "POST", PATH, body).json["object"] == object


def test_script_must_fit_the_chosen_family(server: SimulatedVllm) -> None:
    server.reply(Embeddings([[0.6, 0.8]]), "Hello!")
    vectors = ask(server, "POST", PATH, {"input": "Hi"}).json["data"]
    assert len(vectors[0]["embedding"]) == 2
    assert chat(server).json["choices"][0]["message"]["content"] == "Hello!"
