"""The commands of `vllm-client`."""

import argparse
import inspect
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.recordings import load
from vllm_client import ApiError, SyncVllmClient, __version__
from vllm_client.cli import main
from vllm_client.cli.simulator_options import (
    add_simulator_options,
    parse_engine,
    parse_fault,
)
from vllm_client.testing import Cut, Engine, ErrorReply, RawReply, Reply, SimulatedVllm

COMMAND = [sys.executable, "-X", "dev", "-W", "error", "-m", "vllm_client"]


def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


class Terminal:
    """A command on a pseudo-terminal."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.shown = ""

    def read_until(self, text: str) -> None:
        while text not in self.shown:
            received = os.read(self._master, 4096)
            assert received, self.shown
            self.shown += received.decode()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def close(self) -> int:
        status = self.process.wait(timeout=60)
        os.close(self._master)
        return status


def test_only_the_plain_answer_is_written_to_a_pipe(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply(Reply("\n\nHello! 👋", reasoning="A greeting."))
    ran = run("chat", "--base-url", simulated_vllm.base_url, "Say", "hello.")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Hello! 👋\n", "")
    assert simulated_vllm.requests[-1].json["messages"] == [
        {"role": "user", "content": "Say hello."}
    ]


def test_stats_are_printed_on_stderr(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply("Hello there!", ErrorReply(503, "busy"), "Hello there!")
    first, second = (
        run("chat", "--base-url", simulated_vllm.base_url, "--stats", "Hi") for _ in range(2)
    )

    assert first.stdout == second.stdout == "Hello there!\n"
    assert re.fullmatch(
        r"vllm-client: complete: \d+ prompt tokens, \d+ tokens, queued 0\.\d+ s, connected in "
        r"0\.\d+ s, first token after \d+\.\d+ s, last token after \d+\.\d+ s, "
        r"total \d+\.\d+ s, [\d.]+ tokens/s, [\d.]+ ms between tokens(, p99 [\d.]+ ms)?\n",
        first.stderr,
    )
    assert ", 2 attempts" in second.stderr


def test_prompt_is_read_from_a_pipe(simulated_vllm: SimulatedVllm) -> None:
    options = ("--model", "m", "--system", "Be brief.", "--no-thinking")
    simulated_vllm.reply("Hi.")
    ran = run("chat", "--base-url", simulated_vllm.base_url, *options, stdin="Say hi.\n")
    assert (ran.returncode, ran.stdout) == (0, "Hi.\n")
    body = simulated_vllm.requests[-1].json
    assert body["model"] == "m"
    assert [message["content"] for message in body["messages"]] == ["Be brief.", "Say hi."]
    assert body["chat_template_kwargs"] == {"enable_thinking": False}


def test_terminal_shows_reasoning_dimmed_and_the_answer_plain(
    simulated_vllm: SimulatedVllm,
) -> None:
    simulated_vllm.reply(Reply("Hello!", reasoning="A greeting."))
    terminal = Terminal(["chat", "--base-url", simulated_vllm.base_url, "Hi"])
    terminal.read_until("Hello!")
    assert terminal.close() == 0
    assert "\x1b[2mA greeting.\x1b[0m\r\nHello!" in terminal.shown


def test_conversation_sends_earlier_messages(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply("First answer.", "Second answer.")
    terminal = Terminal(["chat", "--base-url", simulated_vllm.base_url])
    terminal.read_until("> ")
    terminal.type("One\n")
    terminal.read_until("First answer.")
    terminal.type("Two\n")
    terminal.read_until("Second answer.")
    terminal.type("\n")
    assert terminal.close() == 0
    said = [message["content"] for message in simulated_vllm.requests[-1].json["messages"]]
    assert said == ["One", "First answer.", "Two"]


def test_ctrl_c_ends_the_generation(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply(Reply(["word "] * 10_000, pace=0.01))
    terminal = Terminal(["chat", "--base-url", simulated_vllm.base_url, "Go on"])
    terminal.read_until("word")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.close() == 130
    assert "Traceback" not in terminal.shown
    simulated_vllm.wait_until(lambda: simulated_vllm.running == 0)


@pytest.mark.parametrize(
    ("script", "faults", "told"),
    [
        (ErrorReply(400, "too long"), [], "400"),
        (Reply("A long story"), [Cut(after=3, of="events")], "closed"),
    ],
)
def test_failure_prints_one_line_and_sets_the_status(simulated_vllm, script, faults, told) -> None:  # type: ignore[no-untyped-def]
    simulated_vllm.reply(script, faults=faults)
    ran = run("chat", "--base-url", simulated_vllm.base_url, "Hi")
    assert ran.returncode == 1
    assert told in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_servers_prints_the_state_of_each_server(simulated_vllm: SimulatedVllm) -> None:
    with SimulatedVllm() as other:
        other.reply(ErrorReply(503, "dead"), path="/health")
        away = "http://127.0.0.1:1/v1"
        urls = ",".join([simulated_vllm.base_url, other.base_url, away])
        ran = run("servers", "--base-url", urls)

    header, *rows = ran.stdout.splitlines()
    assert ran.returncode == 0
    assert re.split("  +", header) == [
        *("server", "state", "version", "running", "waiting"),
        *("KV cache", "concurrency", "errors"),
    ]
    assert rows[0].split()[:4] == [simulated_vllm.base_url, "ready", "0.33.0", "0"]
    assert "not ready" in rows[1]
    assert rows[2].split()[:2] == [away, "away"]
    assert ran.stderr.startswith(f"vllm-client: {away}: ")


def test_servers_shows_cache_capacity_and_error_count(
    simulated_vllm: SimulatedVllm,
) -> None:
    recorded = load("chat", "get_metrics").body.decode()
    failed = 'http_requests_total{handler="/v1/x",method="POST",status="5xx"} 3.0'
    counted = recorded.replace("http_requests_total{", f"{failed}\nhttp_requests_total{{", 1)
    simulated_vllm.reply(RawReply(200, counted), path="/metrics")
    ran = run("servers", "--base-url", simulated_vllm.base_url)

    _, row = ran.stdout.splitlines()
    assert row.split()[3:] == ["0", "0", "0%", "21", "3"]


def test_servers_fails_if_no_server_is_ready() -> None:
    assert run("servers", "--base-url", "http://127.0.0.1:1").returncode == 1


def test_demo_shows_thinking_a_tool_call_and_an_answer() -> None:
    ran = run("demo")
    assert ran.returncode == 0, ran.stderr
    assert "get_weather(" in ran.stdout
    assert "finish_reason stop" in ran.stdout


def test_demo_uses_the_server_of_base_url(simulated_vllm: SimulatedVllm) -> None:
    ran = run("demo", "--base-url", simulated_vllm.base_url)
    assert ran.returncode == 0, ran.stderr
    assert [request.json["messages"][-1]["role"] for request in simulated_vllm.requests] == [
        "user",
        "tool",
    ]


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a command that serves; yield its process and the URL that it prints."""
    with subprocess.Popen(
        [*COMMAND, *arguments, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split(" at ")[1].split()[0]
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], by: signal.Signals) -> str:
    """Stop a server by a signal; return its output, and check that it ended without an error."""
    process.send_signal(by)
    assert process.stdout is not None
    assert process.stderr is not None
    printed = process.stdout.read()  # communicate() would miss data buffered by readline()
    assert (process.wait(timeout=60), process.stderr.read()) == (0, "")
    return printed


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_simulate_serves_until_it_is_stopped(by: signal.Signals) -> None:
    with serving("simulate", "--models", "tiny", "--faults", "Split(1)") as (process, url):
        with SyncVllmClient(url) as client:
            client.completions.create(model="tiny", prompt="Hi", max_tokens=1)
            with pytest.raises(ApiError):
                client.completions.create(model="other", prompt="Hi")
        printed = ended(process, by)
    assert "models: tiny\n" in printed
    assert "faults: Split(sizes=(1,), of='answer')\n" in printed
    assert re.search(r"^POST /v1/completions 200 tiny 1\+1 tokens \d+\.\d{3} s$", printed, re.M)
    assert re.search(r"^POST /v1/completions 404 other .* s The model `other` .*$", printed, re.M)
    assert printed.endswith("2 requests answered.\n")


def test_simulate_has_all_options_of_the_simulator() -> None:
    parser = argparse.ArgumentParser()
    add_simulator_options(parser)
    options = {action.dest for action in parser._actions} - {"help"}
    parameters = inspect.signature(SimulatedVllm).parameters.keys()
    assert options == parameters - {"host", "port", "log"}


def test_simulate_accepts_the_name_of_an_engine() -> None:
    assert parse_engine("a10g") == Engine.preset("a10g")
    assert parse_engine("Engine(max_num_seqs=2)") == Engine(max_num_seqs=2)
    with pytest.raises(
        argparse.ArgumentTypeError, match="unknown engine 'b200'; the presets are h100"
    ):
        parse_engine("b200")
    for text in ("Reply()", "Engine(", "Engine(x=1)"):
        with pytest.raises(argparse.ArgumentTypeError):
            parse_engine(text)


def test_simulate_rejects_invalid_faults() -> None:
    for fault, reason in {
        "Nope()": "there is no fault Nope",
        "Cut": "expected a fault",
        "Cut(after=-1)": "'after' must be >= 0",
        "Cut(of='x')": r"^\"Cut\(of='x'\)\": of: expected one of .*, got 'x'$",
        "Cut(after=exit())": "malformed node",
        "Cut(": "was never closed",
    }.items():
        with pytest.raises(argparse.ArgumentTypeError, match=reason):
            parse_fault(fault)
    assert parse_fault("Cut(3, of='events')") == Cut(3, of="events")


def test_record_and_replay(simulated_vllm: SimulatedVllm, tmp_path: Path) -> None:
    file = str(tmp_path / "cassette.jsonl")
    simulated_vllm.reply("Recorded.")
    with serving("record", file, "--base-url", simulated_vllm.base_url) as (process, url):
        with SyncVllmClient(url) as client:
            assert client.completions.create(model="m", prompt="Hi").text == "Recorded."
        recorded = ended(process, signal.SIGTERM)
    with serving("replay", file) as (process, url):
        with SyncVllmClient(url) as client:
            assert client.completions.create(model="m", prompt="Hi").text == "Recorded."
            with pytest.raises(ApiError):
                client.completions.create(model="m", prompt="Ho")
        replayed = ended(process, signal.SIGINT)
    assert len(simulated_vllm.requests) == 1
    assert re.fullmatch(r"POST /v1/completions 200 m 1\+\d+ tokens \d+\.\d{3} s\n", recorded)
    assert "POST /v1/completions 421 m " in replayed
    assert 'recorded "Hi", requested "Ho"' in replayed


def test_a_file_that_is_not_a_cassette_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text("something else\n")
    for file, told in {"x": "x: line 1: not a cassette", "y": "No such file"}.items():
        assert main(["replay", str(tmp_path / file)]) == 1
        [line] = capsys.readouterr().err.splitlines()
        assert told in line


def test_a_truncated_cassette_is_reported_and_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text('{"vllm_client_cassette": 1}\n{"num')
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["replay", str(tmp_path / "x"), "--port", port]) == 1
    torn, in_use = capsys.readouterr().err.splitlines()
    assert "x: line 2 is incomplete" in torn
    assert port in in_use


def test_a_port_in_use_is_reported(simulated_vllm: SimulatedVllm) -> None:
    port = simulated_vllm.base_url.rsplit(":", 1)[1].removesuffix("/v1")
    ran = run("simulate", "--port", port)
    assert ran.returncode == 1
    assert port in ran.stderr


def test_version_is_printed() -> None:
    assert run("--version").stdout.strip() == f"vllm-client {__version__}"


def test_the_command_waits_for_an_unavailable_server_and_prints_a_notice() -> None:
    with SimulatedVllm() as server:
        url = server.base_url
        server.stop()
        with subprocess.Popen(
            [*COMMAND, "chat", "--base-url", url, "Say", "hello."],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            assert running.stderr is not None
            line = running.stderr.readline()
            server.start()
            answer, further = running.communicate(timeout=60)
    assert running.returncode == 0
    assert answer.strip()
    assert line.startswith("vllm-client: waiting for the server: POST /v1/chat/completions: ")
    assert "no connection to" in line
    assert further == ""


def test_a_closed_pipe_ends_the_command_without_an_error(simulated_vllm: SimulatedVllm) -> None:
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(
        [*COMMAND, "chat", "--base-url", simulated_vllm.base_url, "Hi"],
        stdin=subprocess.DEVNULL,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(write)

    assert (ran.returncode, ran.stderr) == (128 + signal.SIGPIPE, "")
