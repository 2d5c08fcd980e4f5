"""Status routes of the server, compared with a real one."""

import pytest

from tests.recordings import load
from tests.testing.recorded import header_names, headers_of, repeat, server_like, shape
from vllm_client import SyncVllmClient
from vllm_client.testing import SimulatedVllm


@pytest.mark.parametrize(
    "name", ["get_health", "get_version", "get_v1_models", "get_ping", "get_load"]
)
def test_answer_has_the_same_shape_as_the_recording(name: str) -> None:
    recording = load("chat", name)
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert list(headers_of(answer)) == header_names(recording.headers)
    if recording.body:
        assert shape(answer.json) == shape(recording.json)
    else:
        assert answer.body == b""


def test_kv_event_sources_are_empty() -> None:
    recording = load("chat-dev", "kv_event_sources")
    with server_like(recording) as server:
        assert repeat(server, recording).body == recording.body


def test_capabilities_are_derived_from_the_routes() -> None:
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        everything = client.capabilities().families
    with SimulatedVllm(task="embed") as server, SyncVllmClient(server.base_url) as client:
        embeds = client.capabilities().families
    assert {"chat", "responses", "messages", "embeddings", "transcriptions"} <= everything
    assert embeds == {"embeddings", "pooling", "score", "rerank", "tokenize"}
