"""The command `vllm-client launch`, run as a process."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.launch.conftest import pids
from tests.launch.processes import all_pids, runs, wait_until
from vllm_client import SyncVllmClient

__all__ = ["pids"]  # a fixture
COMMAND = [sys.executable, "-m", "vllm_client", "launch"]


@pytest.mark.parametrize(
    ("how", "status"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 130)]
)
def test_servers_run_until_the_command_ends(pids: Path, how: signal.Signals, status: int) -> None:
    logs = pids.parent / "logs"
    command = [*COMMAND, "m", "--max-model-len", "8", "--replicas", "2", "--logs", str(logs)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout is not None
        for _ in range(2):
            with SyncVllmClient(running.stdout.readline().strip()) as client:
                assert client.health()
        running.send_signal(how)
        assert running.wait(60) == status

    assert "--max-model-len 8\n" in (logs / "server-1.log").read_text()
    started = all_pids(pids)
    assert len(started) == 4
    wait_until(lambda: not any(runs(pid) for pid in started))


def test_an_argument_for_vllm_before_the_model_is_refused(pids: Path) -> None:
    command = [*COMMAND, "--replicas", "2", "--max-model-len", "8", "m"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "put the model first" in done.stderr


def test_the_log_of_a_server_that_does_not_start_is_shown(
    pids: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETTING", "broken")
    done = subprocess.run([*COMMAND, "m"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "no such model" in done.stderr
