"""The command `vllm-client bulk`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.facades.row_server import MAX_WAIT, RowServer
from vllm_client.cli import main

COMMAND = [sys.executable, "-W", "error", "-m", "vllm_client", "bulk"]


def _write_batch(path: Path, number: int) -> Path:
    with path.open("w") as file:
        for index in range(number):
            body = {"messages": [{"role": "user", "content": f"q{index}"}]}
            row = {"custom_id": f"q{index}", "method": "POST", "url": "/v1/chat/completions"}
            file.write(json.dumps({**row, "body": body}) + "\n")
    return path


def _run(*arguments: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _call(server: RowServer, *arguments: object) -> int:
    """Run the command in this process; return its exit status."""
    return main(["bulk", "--base-url", server.base_url, *map(str, arguments)])


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    return _write_batch(tmp_path / "in.jsonl", 5)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def test_a_batch_file_and_its_summary(
    batch: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RowServer() as server:
        status = _call(server, batch, output, "--sort")

    assert status == 0
    assert len(_lines(output)) == 5
    assert output.with_name("out.sorted.jsonl").exists()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("5 rows done in 0 s\n15 tokens in, 25 out (")


def test_failed_rows_are_exit_status_1_and_another_run_continues(
    batch: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RowServer(lambda text, visit: 400 if visit == 1 and text == "q2" else text) as server:
        assert _call(server, batch, output) == 1
        assert "1 failed: 1 × 400 Error\n" in capsys.readouterr().err
        assert _call(server, batch, output) == 0
        assert "5 rows done (4 by earlier runs)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "arguments", "status", "words"),
    [
        (401, (), 2, "401 Error: no"),
        (503, ("--server-patience", "0.1"), 2, "no answer from the server for 0.1 s"),
        (400, ("--max-errors", "0", "--concurrency", "1"), 1, "rows failed (max_errors=0)"),
        (400, ("--max-errors", "0.5"), 1, "5 failed"),
    ],
)
def test_exit_status(
    batch: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    answer: int,
    arguments: tuple[str, ...],
    status: int,
    words: str,
) -> None:
    with RowServer(lambda text, visit: answer) as server:
        assert _call(server, batch, output, *arguments) == status

    assert words in capsys.readouterr().err


def test_invalid_input_is_exit_status_2(
    tmp_path: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"method": "GET"}\n')
    with RowServer() as server:
        assert _call(server, source, output) == 2

    assert f"vllm-client: {source}:1:" in capsys.readouterr().err
    assert server.bodies == []


def test_dry_run_says_what_would_be_sent(
    batch: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RowServer() as server:
        assert _call(server, batch, output, "--dry-run") == 0

    assert "5 rows would be sent; 0 are done" in capsys.readouterr().err
    assert (server.bodies, output.exists()) == ([], False)


def test_prompts_of_a_text_file_with_a_system_message(tmp_path: Path, output: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("one\ntwo\n")
    with RowServer() as server:
        arguments = ("--model", "m", "--max-tokens", "9", "--system", "Be brief.")
        assert _call(server, prompts, output, *arguments) == 0

    body = next(body for body in server.bodies if body["messages"][-1]["content"] == "one")
    assert (body["model"], body["max_tokens"]) == ("m", 9)
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "one"},
    ]


def test_rows_of_json_lines_with_a_system_message_and_a_key(tmp_path: Path, output: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    asked = [{"role": "user", "content": "one"}]
    rows.write_text(json.dumps({"id": 7, "messages": asked}) + "\n")
    with RowServer() as server:
        assert _call(server, rows, output, "--system", "Be brief.", "--key", "id") == 0

    assert [line["custom_id"] for line in _lines(output)] == ["7"]
    assert [message["role"] for message in server.bodies[0]["messages"]] == ["system", "user"]


def test_stdin_to_stdout(batch: Path) -> None:
    with RowServer(lambda text, visit: 400 if text == "q2" else text) as server:
        done = _run("-", "-", "--base-url", server.base_url, stdin=batch.read_text())

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert {answer["custom_id"]: answer["error"] is None for answer in answers} == {
        f"q{n}": n != 2 for n in range(5)
    }
    assert "4 rows done" in done.stderr


class _Held:
    """A command whose requests wait for `release`."""

    def __init__(self, batch: Path, output: Path) -> None:
        self.release = threading.Event()
        self.server = RowServer(self._respond)
        self.server.start()
        arguments = [str(batch), str(output), "--base-url", self.server.base_url]
        self.process = subprocess.Popen(
            [*COMMAND, *arguments, "--concurrency", "2"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.server.wait_until(lambda: self.server.in_flight == 2)

    def _respond(self, text: str, visit: int) -> str:
        self.release.wait(MAX_WAIT)
        return text

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the command."""
        os.kill(self.process.pid, number)

    def end(self) -> tuple[int, str]:
        """Wait for the end of the command; return its exit status and stderr."""
        _, said = self.process.communicate(timeout=60)
        self.release.set()
        self.server.kill()
        return self.process.returncode, said


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_finishes_requests_in_flight(
    batch: Path, output: Path, number: signal.Signals, status: int
) -> None:
    command = _Held(batch, output)
    command.send(number)
    assert command.process.stderr is not None
    said = command.process.stderr.readline()
    command.release.set()
    ended, rest = command.end()

    assert ended == status
    assert "stopping when " in said
    assert "2 rows done" in rest
    assert f"stopped; to continue: vllm-client bulk {batch} {output}" in rest
    assert len(_lines(output)) == 2


def test_a_second_signal_closes_the_connections(batch: Path, output: Path) -> None:
    command = _Held(batch, output)
    command.send(signal.SIGINT)
    assert command.process.stderr is not None
    command.process.stderr.readline()
    command.send(signal.SIGINT)
    ended, rest = command.end()

    assert ended == 130
    assert "0 rows done" in rest
    assert _lines(output) == []


@pytest.mark.parametrize(("closed", "source", "status"), [("2>&-", "in", 0), ("<&-", "-", 2)])
def test_a_closed_standard_stream_is_handled(
    batch: Path, output: Path, closed: str, source: str, status: int
) -> None:
    named = batch if source == "in" else source
    with RowServer() as server:
        command = [*COMMAND, str(named), str(output), "--base-url", server.base_url]
        ended = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *command], check=False)

    assert ended.returncode == status


def test_a_closed_stderr_pipe_does_not_change_the_status(batch: Path, output: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with RowServer() as server:
        command = [*COMMAND, str(batch), str(output), "--base-url", server.base_url]
        ended = subprocess.run(command, stderr=writing, check=False)
    os.close(writing)

    assert ended.returncode == 0


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("--concurrency", '"auto" or a whole number'),
        ("--max-errors", "a whole number, or a fraction such as 0.1"),
    ],
)
def test_an_invalid_number_is_reported(
    option: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["bulk", "in.jsonl", "out.jsonl", option, "few"])
    assert f"argument {option}: expected {expected}, got 'few'\n" in capsys.readouterr().err
