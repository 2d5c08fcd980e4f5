"""The weights, compared with recorded answers."""

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import further, header_names, headers_of, load_further, repeat, shape
from tests.testing.wire import ask, chat
from vllm_client import SyncVllmClient
from vllm_client.testing import Reply, SimulatedVllm

ALONE = [
    load("chat-dev", "get_world_size"),
    load("chat-dev", "weight_info"),
    load_further("chat-scale-out", "update_weight_version"),
    *further("chat-dev/init_weights*"),
    *further("chat-dev/start_draft_early"),
    *further("chat-dev/start_update_early"),
    *further("chat-dev/shutdown_weights_early"),
    *further("chat-dev/update_weights_nothing"),
    *further("chat-dev/update_weights"),
    *further("chat-dev/finish_update_*"),
    *further("chat-dev/check*_*"),
    *further("chat-dev/compare_no_baseline"),
    *further("chat-dev/weight_checker_reset"),
]
NOT_OF_THE_SERVER_ALONE = (
    # The fields of this object depend on the transfer backend.
    "init_weights_unknown",
    # In the recording, this request followed another one.
    "finish_update_early",
)
UPDATE = ("wv_start", "wv_update", "wv_finish")


@pytest.mark.parametrize(
    "recording", [one for one in ALONE if one.name not in NOT_OF_THE_SERVER_ALONE], ids=str
)
def test_answer_equals_the_recording(recording: Recording) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())
    assert list(headers_of(answer)) == header_names(recording.headers)


def test_update_sets_its_weight_version() -> None:
    with SimulatedVllm(dev_mode=True, models=["tiny"]) as server:
        for name in (*UPDATE, "weight_info_v3"):
            recording = load_further("chat-dev", name)
            assert repeat(server, recording).json == recording.json
        told = load_further("chat-dev", "weight_versions_v3")
        server.reply(Reply(["x", "y", "z"]))
        answer = repeat(server, told)
    assert (
        answer.json["choices"][0]["weight_versions"] == told.json["choices"][0]["weight_versions"]
    )


def test_update_cannot_begin_twice() -> None:
    again = load_further("chat-dev", "start_update_again")
    with SimulatedVllm(dev_mode=True) as server:
        assert ask(server, "POST", "/start_weight_update").status == 200
        assert repeat(server, again).json == again.json


def test_weight_version_is_stored() -> None:
    with SimulatedVllm(dev_mode=True) as server:
        for name in ("update_weight_version_2", "weight_info_after"):
            recording = load_further("chat-scale-out", name)
            assert repeat(server, recording).json == recording.json
        answer = chat(server, return_weight_versions=True).json
    assert answer["choices"][0]["weight_versions"][0]["version"] == "v2"


def test_checksums_are_compared() -> None:
    with SimulatedVllm(dev_mode=True) as server, SyncVllmClient(server.base_url) as client:
        sums = client.weight_checker(action="checksum").checksums or {}
        same = client.weight_checker(action="compare", baseline=sums)
        other = client.weight_checker(action="compare", baseline={"a": "b"})
        shapes = [shape(ask(server, "POST", "/weight_checker", body).json) for body in BODIES]
    assert (same.match, same.mismatches) == (True, [])
    assert (other.match, other.mismatches) == (False, ["a", *sums])
    kinds = [[name for name, _ in one] for one in shapes]
    assert kinds == [list(load_further("chat-dev", n).json) for n in ("checksum", "compare")]


BODIES = ({"action": "checksum"}, {"action": "compare", "baseline": {"a": "b"}})
