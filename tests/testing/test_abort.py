"""Aborted generations, on a server and alone."""

import json
import threading
from typing import Any

import pytest

from tests.testing.wire import WireAnswer, ask, connect, parse, read_all, request_bytes
from vllm_client.testing import Engine, Reply, SimulatedVllm
from vllm_client.testing.abort import Abort, RunningGenerations

SLOW = Reply(["a"] * 3000, pace=30.0)
CHAT = "/v1/chat/completions"
BODY: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 3000}


def test_abort_all_counts_requests_as_vllm_does() -> None:
    running = RunningGenerations()
    one, three = Abort(), Abort(requests=3)
    running.begin("one", one)
    running.begin("three", three)
    assert running.abort_all() == 4
    assert (one.has_come, three.has_come, running.abort_all()) == (True, True, 0)


def test_finished_and_unknown_ids_are_not_aborted() -> None:
    running = RunningGenerations()
    abort = Abort()
    running.begin("x", abort)
    running.end("x", abort)
    running.abort("x")
    running.abort("y")
    assert not abort.has_come


def test_pause_of_0_seconds_is_not_a_step() -> None:
    assert Abort().pause(0) == ()


@pytest.fixture(params=[None, Engine(step_seconds=0.2)], ids=["paced", "engine"])
def server(request: Any) -> Any:
    with SimulatedVllm(dev_mode=True, engine=request.param) as server:
        server.reply(SLOW if request.param is None else Reply(["a"] * 3000))
        yield server


def begin(server: SimulatedVllm, **options: Any) -> tuple[threading.Thread, list[WireAnswer]]:
    answers: list[WireAnswer] = []

    def run() -> None:
        answers.append(ask(server, "POST", CHAT, {**BODY, **options}))

    thread = threading.Thread(target=run)
    thread.start()
    server.wait_until(lambda: server.running == 1)
    return thread, answers


@pytest.mark.parametrize("path", ["/abort_requests", "/inference/v1/abort_requests"])
def test_aborted_stream_ends_with_finish_reason_abort(server: SimulatedVllm, path: str) -> None:
    body = {**BODY, "stream": True, "stream_options": {"include_usage": True}}
    with connect(server) as connection:
        connection.sendall(request_bytes("POST", CHAT, body, connection="close"))
        wire = connection.recv(65536)
        while b"data: " not in wire:
            wire += connection.recv(65536)
        id = json.loads(wire.partition(b"data: ")[2].split(b"\n\n")[0])["id"]
        assert ask(server, "POST", path, {"request_ids": [id]}).status == 200
        told = parse(wire + read_all(connection)).events
    assert told[-2]["choices"][0]["finish_reason"] == "abort"
    assert told[-1]["usage"]["completion_tokens"] < 3000
    server.wait_until(lambda: server.running == 0)


def test_aborted_plain_answer_has_the_tokens_generated_so_far(server: SimulatedVllm) -> None:
    thread, answers = begin(server)
    aborted = ask(server, "POST", "/abort_requests", {})
    thread.join()
    [choice] = answers[0].json["choices"]
    assert aborted.json == {"status": "aborted", "aborted": 1}
    assert choice["finish_reason"] == "abort"
    assert len(choice["message"]["content"]) < 3000


@pytest.mark.parametrize(("mode", "ends"), [("abort", True), ("keep", False)])
def test_pause_aborts_generations_only_in_mode_abort(mode: str, ends: bool) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        server.reply(SLOW)
        thread, answers = begin(server)
        ask(server, "POST", f"/pause?mode={mode}")
        if not ends:
            assert server.running == 1
            ask(server, "POST", "/abort_requests", {})
        thread.join()
    assert answers[0].json["choices"][0]["finish_reason"] == "abort"
