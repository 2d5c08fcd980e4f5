"""The routes of dev mode, compared with recorded answers."""

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import further, header_names, headers_of, load_further, repeat
from tests.testing.wire import ask, chat
from vllm_client import SyncVllmClient
from vllm_client.testing import SimulatedVllm

ALONE = [
    load("chat-sleep", "sleep_1"),
    load("chat-sleep", "sleep_bad"),
    load("chat-sleep", "wake_up"),
    load("chat-dev", "is_sleeping"),
    load("chat-dev", "is_paused"),
    load("chat-dev", "pause"),
    load("chat-dev", "resume"),
    load("chat-dev", "reset_prefix_cache"),
    load("chat-dev", "reset_mm_cache"),
    load_further("chat-scale-out", "reset_encoder_cache"),
    load_further("chat-scale-out", "pause_mode"),
    load_further("chat-scale-out", "pause_bad"),
    load_further("chat-scale-out", "wake_tags"),
    load_further("chat-scale-out", "collective_rpc_nothing"),
    *further("chat-dev/abort_*"),
    *further("chat-scale-out/abort*"),
    load("chat-scale-out", "abort_requests"),
    load_further("chat-dev", "release_kv"),
]
PAUSED = [one for one in further("chat-dev/paused_*") if one.name != "paused_tokenize"]


@pytest.mark.parametrize("recording", ALONE, ids=str)
def test_answer_equals_the_recording(recording: Recording) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())
    assert list(headers_of(answer)) == header_names(recording.headers)


@pytest.mark.parametrize("recording", PAUSED, ids=str)
def test_paused_server_rejects_generations(recording: Recording) -> None:
    with SimulatedVllm(dev_mode=True, models=["tiny"]) as server:
        server.reply("kept")
        assert ask(server, "POST", "/pause?mode=wait").status == 200
        assert ask(server, "GET", "/is_paused").json == {"is_paused": True}
        answer = repeat(server, recording)
        ask(server, "POST", "/resume")
        assert chat(server).json["choices"][0]["message"]["content"] == "kept"
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_kv_cache_memory_of_a_paused_server_is_released() -> None:
    with SimulatedVllm(dev_mode=True) as server, SyncVllmClient(server.base_url) as client:
        client.pause()
        assert client.release_kv_cache_memory().status == "kv_cache_released"


def test_collective_rpc_returns_a_result() -> None:
    with SimulatedVllm(dev_mode=True) as server:
        answer = ask(server, "POST", "/collective_rpc", {"method": "check_health"})
    assert answer.json == {"results": [None]}


@pytest.mark.parametrize("path", ["/sleep", "/pause", "/reset_prefix_cache", "/collective_rpc"])
def test_routes_exist_in_dev_mode_only(path: str) -> None:
    with SimulatedVllm() as server:
        assert ask(server, "POST", path, {}).status == 404


@pytest.mark.parametrize(("form", "kind"), [("text", str), ("json", dict)])
def test_server_info_is_a_text_or_an_object(form: str, kind: type) -> None:
    with SimulatedVllm(dev_mode=True, models=["tiny"], max_model_len=9) as server:
        told = ask(server, "GET", f"/server_info?config_format={form}").json
    assert isinstance(told["vllm_config"], kind)
    assert list(told) == ["vllm_config", "vllm_env", "system_env"]
