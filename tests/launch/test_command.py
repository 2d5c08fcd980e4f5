"""The command line and the environment of a server."""

import sys
from pathlib import Path

import pytest

from vllm_client import RequestError
from vllm_client.launch import command
from vllm_client.launch.command import gpus_per_replica, serve_command, visible_devices


def test_the_command_on_the_path_is_used(pids: Path) -> None:
    made = serve_command("m", "127.0.0.1", 8000, ["--max-model-len", "8"], None)
    assert made[0].endswith("/vllm")
    assert made[1:] == [
        *("serve", "m", "--host", "127.0.0.1", "--port", "8000", "--max-model-len", "8")
    ]


def test_a_given_python_runs_the_module(pids: Path) -> None:
    made = serve_command("m", "::1", 8000, [], sys.executable)
    assert made[:5] == [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", "m"]


def test_a_missing_python_is_rejected() -> None:
    with pytest.raises(RequestError, match="python: /nowhere/python is not an executable program"):
        serve_command("m", "::1", 8000, [], "/nowhere/python")


def test_this_python_is_used_if_it_has_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda name: name)  # type: ignore[attr-defined]
    assert serve_command("m", "::1", 8000, [], None)[0] == sys.executable


def test_without_vllm_the_error_has_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RequestError, match="python="):
        serve_command("m", "127.0.0.1", 8000, [], None)


@pytest.mark.parametrize("argument", ["--port", "--port=80", "--host", "--uds", "--model=m"])
def test_arguments_that_launch_sets_are_rejected(argument: str) -> None:
    with pytest.raises(RequestError, match=f"launch sets {argument.partition('=')[0]}"):
        serve_command("m", "127.0.0.1", 8000, [argument], None)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], 1),
        (["--tensor-parallel-size", "4"], 4),
        (["--tensor-parallel-size=2", "--pipeline-parallel-size=3"], 6),
        (["-tp", "2", "-pp", "2", "--max-model-len", "8192"], 4),
        (["--tensor_parallel_size=2", "-pcp=2"], 4),
        (["-tp", "2", "-dp", "4"], 8),
        (["-tp", "2", "--data-parallel-size", "4", "-dpl", "2"], 4),
        (["-tp", "2", "-tp", "4"], 4),
    ],
)
def test_gpus_per_replica(args: list[str], expected: int) -> None:
    assert gpus_per_replica(args) == expected


@pytest.mark.parametrize("args", [["-tp"], ["-tp", "0"], ["--pipeline-parallel-size=two"]])
def test_a_size_that_is_not_a_number_is_rejected(args: list[str]) -> None:
    with pytest.raises(RequestError, match="expected a number above 0"):
        gpus_per_replica(args)


def test_each_replica_gets_its_own_devices() -> None:
    assert [visible_devices({}, number, 2) for number in range(3)] == ["0,1", "2,3", "4,5"]


def test_devices_are_chosen_from_the_visible_ones() -> None:
    environment = {"CUDA_VISIBLE_DEVICES": "4, GPU-a,7"}
    assert [visible_devices(environment, number, 1) for number in range(3)] == ["4", "GPU-a", "7"]


@pytest.mark.parametrize("hidden", ["", " ", "-1"])
def test_hidden_devices_stay_hidden(hidden: str) -> None:
    assert visible_devices({"CUDA_VISIBLE_DEVICES": hidden}, 1, 2) == hidden


def test_too_few_devices_are_rejected() -> None:
    with pytest.raises(RequestError, match=r"replica 1 needs 2 GPUs, but .* has 1 left for it"):
        visible_devices({"CUDA_VISIBLE_DEVICES": "0,1,2"}, 1, 2)
