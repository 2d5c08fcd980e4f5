"""Servers end with the process that started them, in whatever way it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.launch.processes import all_pids, runs, wait_until
from vllm_client.launch import launch

_PARENT = """
import sys
from vllm_client.launch import launch
with launch("m", replicas=2) as servers:
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_servers_end_with_their_parent(pids: Path, how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        started = all_pids(pids)
        assert len(started) == 4
        parent.send_signal(how)
        parent.wait()

    wait_until(lambda: not any(runs(pid) for pid in started))


def test_the_engine_of_a_killed_server_ends_too(pids: Path) -> None:
    servers = launch("m")
    with servers:
        (engine,) = (int(path.read_text()) for path in pids.glob("engine-*"))
        os.kill(servers.pids[0], signal.SIGKILL)
        wait_until(lambda: not runs(engine))
