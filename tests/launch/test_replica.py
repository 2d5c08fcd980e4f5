"""One server: its log and its status."""

import os
import sys
from pathlib import Path

import pytest

from vllm_client.launch import LaunchError
from vllm_client.launch.replica import Replica


def run(source: str, log: Path) -> Replica:
    """Return a replica whose command has ended."""
    command = [sys.executable, "-c", source]
    replica = Replica("http://127.0.0.1:9/v1", command, os.environ, log)
    replica.wait()
    replica.ask_to_end()
    return replica


def test_the_end_of_a_log_is_its_last_twenty_lines(tmp_path: Path) -> None:
    replica = run("for number in range(10_000): print('line', number)", tmp_path / "log")
    assert replica.end_of_log().splitlines() == [f"line {number}" for number in range(9980, 10_000)]


def test_bytes_that_are_not_text_are_replaced(tmp_path: Path) -> None:
    replica = run("import os; os.write(2, b'\\xff broken')", tmp_path / "log")

    assert replica.end_of_log() == "\N{REPLACEMENT CHARACTER} broken"


def test_the_status_is_that_of_the_server(tmp_path: Path) -> None:
    replica = run("raise SystemExit(7)", tmp_path / "log")

    assert not replica.check()
    assert replica.status == 7


def test_a_command_that_cannot_be_run_is_reported(tmp_path: Path) -> None:
    replica = Replica("http://127.0.0.1:9/v1", ["/nowhere"], os.environ, tmp_path / "log")
    with pytest.raises(LaunchError, match=r"(?s)could not be started.*No such file"):
        _ = replica.pid
    replica.ask_to_end()
    replica.wait()
