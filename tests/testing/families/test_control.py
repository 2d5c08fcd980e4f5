"""What dev mode adds: each answer is the recorded one."""

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import header_names, headers_of, load_further, repeat
from tests.testing.wire import ask
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
    load("chat-dev", "get_world_size"),
    load("chat-dev", "weight_info"),
    load_further("chat-scale-out", "reset_encoder_cache"),
    load_further("chat-scale-out", "pause_mode"),
    load_further("chat-scale-out", "pause_bad"),
    load_further("chat-scale-out", "wake_tags"),
    load_further("chat-scale-out", "update_weight_version"),
    load_further("chat-scale-out", "collective_rpc_nothing"),
]


@pytest.mark.parametrize("recording", ALONE, ids=str)
def test_the_answer_is_the_recorded_one(recording: Recording) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())
    assert list(headers_of(answer)) == header_names(recording.headers)


def test_the_version_of_the_weights_is_kept() -> None:
    with SimulatedVllm(dev_mode=True) as server:
        for name in ("update_weight_version_2", "weight_info_after"):
            recording = load_further("chat-scale-out", name)
            assert repeat(server, recording).json == recording.json


def test_a_call_to_the_workers_has_a_result() -> None:
    with SimulatedVllm(dev_mode=True) as server:
        answer = ask(server, "POST", "/collective_rpc", {"method": "check_health"})
    assert answer.json == {"results": [None]}


@pytest.mark.parametrize("path", ["/sleep", "/pause", "/reset_prefix_cache", "/collective_rpc"])
def test_these_routes_are_in_dev_mode_alone(path: str) -> None:
    with SimulatedVllm() as server:
        assert ask(server, "POST", path, {}).status == 404


@pytest.mark.parametrize(("form", "kind"), [("text", str), ("json", dict)])
def test_the_configuration_is_a_text_or_an_object(form: str, kind: type) -> None:
    with SimulatedVllm(dev_mode=True, models=["tiny"], max_model_len=9) as server:
        told = ask(server, "GET", f"/server_info?config_format={form}").json
    assert isinstance(told["vllm_config"], kind)
    assert list(told) == ["vllm_config", "vllm_env", "system_env"]
