"""The server as a whole: start and stop, counters of its clients, and many clients at once."""

import gc
import json
import selectors
import socket
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.testing.wire import ask, chat, chat_request, connect, parse, read_all, read_answer
from vllm_client.testing import ErrorReply, RawReply, Reply, SimulatedVllm

LONG = ["word "] * 1000


def content(answer: Any) -> str:
    return answer.json["choices"][0]["message"]["content"]


def test_httpx_reads_a_plain_answer_and_a_stream(server: SimulatedVllm) -> None:
    server.reply("Hello!", "Hello!")
    body = {"messages": [{"role": "user", "content": "Hi"}]}
    with httpx.Client(base_url=server.base_url, trust_env=False) as client:
        plain = client.post("/chat/completions", json=body).json()
        stream = client.post("/chat/completions", json={**body, "stream": True}).text
    assert plain["choices"][0]["message"]["content"] == "Hello!"
    assert stream.endswith("data: [DONE]\n\n")
    assert [request.connection for request in server.requests] == [1, 1]


def test_the_base_url_ends_in_v1() -> None:
    with SimulatedVllm(root_path="/llm") as server:
        assert server.base_url == f"http://127.0.0.1:{server.port}/llm/v1"
        assert server.root_url == f"http://127.0.0.1:{server.port}/llm"
    assert SimulatedVllm(host="::1", port=1).base_url == "http://[::1]:1/v1"
    assert SimulatedVllm(uds="/tmp/x").base_url == "http://localhost/v1"


def test_single_model_may_be_a_string() -> None:
    with SimulatedVllm(models="tiny") as server:
        listed = httpx.get(f"{server.base_url}/models", trust_env=False).json()
    assert [model["id"] for model in listed["data"]] == ["tiny"]


def test_engine_must_not_be_a_string() -> None:
    with pytest.raises(TypeError, match=r"expected an Engine, as Engine\.preset\('h100'\)"):
        SimulatedVllm(engine="h100")  # type: ignore[arg-type]


def test_repr_has_the_address_and_the_state(tmp_path: Path) -> None:
    with SimulatedVllm() as server:
        assert repr(server) == f"<SimulatedVllm {server.base_url} running>"
    assert repr(server) == f"<SimulatedVllm {server.base_url} stopped>"
    assert repr(SimulatedVllm(uds="/tmp/x")) == "<SimulatedVllm /tmp/x stopped>"


def test_an_answer_over_ipv6() -> None:
    with SimulatedVllm(host="::1") as server:
        assert httpx.get(f"{server.root_url}/version", trust_env=False).status_code == 200


def test_an_answer_over_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with SimulatedVllm(uds=path) as server:
        assert content(chat(server, "Over a file")).startswith('You said: "Over a file"')
    assert not path.exists()


def test_replies_are_used_up_in_order_before_default_replies(server: SimulatedVllm) -> None:
    server.reply("one", Reply("two"))
    server.reply("three")
    assert server.replies_left == 3
    assert [content(chat(server)) for _ in range(3)] == ["one", "two", "three"]
    assert server.replies_left == 0
    assert content(chat(server)).startswith('You said: "Hi"')


def test_a_list_has_the_choices_of_one_answer(server: SimulatedVllm) -> None:
    server.reply(["one", Reply("two", reasoning="Hm.")])
    choices = chat(server, n=3).json["choices"]
    assert [choice["message"]["content"] for choice in choices] == ["one", "two", "one"]


def test_replies_with_a_path_are_for_that_path_only(server: SimulatedVllm) -> None:
    server.reply(RawReply(503), ErrorReply(500), path="/health")
    server.reply("for completions", path="/v1/completions")
    assert content(chat(server)).startswith("You said")
    assert [ask(server, "GET", "/health").status for _ in range(3)] == [503, 500, 200]
    completion = ask(server, "POST", "/v1/completions", {"prompt": "Hi"}).json
    assert completion["choices"][0]["text"] == "for completions"


@pytest.mark.parametrize("wrong", [42, None, [], [ErrorReply(500)], b"bytes"])
def test_invalid_reply_is_rejected_at_once(server: SimulatedVllm, wrong: Any) -> None:
    with pytest.raises(TypeError, match="expected a Reply"):
        server.reply(wrong)


def test_requests_are_logged(server: SimulatedVllm) -> None:
    ask(server, "POST", "/v1/completions?a=1&b=&c=x%20y", {"prompt": "Grüße"}, X_Trace="7")
    ask(server, "GET", "/nope%20here")
    first, second = server.requests
    assert (first.method, first.path) == ("POST", "/v1/completions")
    assert first.query == {"a": "1", "b": "", "c": "x y"}
    assert first.headers["x-trace"] == "7"
    assert first.body == json.dumps({"prompt": "Grüße"}).encode()
    assert first.json == {"prompt": "Grüße"}
    assert (second.method, second.path, second.body) == ("GET", "/nope here", b"")
    assert (first.connection, second.connection) == (1, 2)


def test_disconnect_during_a_stream_aborts_the_generation(server: SimulatedVllm) -> None:
    server.reply(Reply(LONG, pace=0.01))
    with connect(server) as connection:
        connection.sendall(chat_request(stream=True))
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        assert (server.running, server.disconnects) == (1, 0)
        assert running_in_metrics(server) == 1.0
    server.wait_until(lambda: server.running == 0)
    assert server.disconnects == 1
    assert running_in_metrics(server) == 0.0


def test_disconnect_during_a_plain_call_aborts_the_generation(server: SimulatedVllm) -> None:
    server.reply(Reply(LONG, pace=0.01))
    with connect(server) as connection:
        connection.sendall(chat_request())
        server.wait_until(lambda: server.running == 1)
    server.wait_until(lambda: server.running == 0)
    assert server.disconnects == 1


def test_complete_answer_is_not_a_disconnect(server: SimulatedVllm) -> None:
    for stream in (True, False):
        chat(server, stream=stream)
    server.wait_until(lambda: server.connections == 0)
    assert (server.running, server.disconnects, server.connections_made) == (0, 0, 2)


def running_in_metrics(server: SimulatedVllm) -> float:
    text = ask(server, "GET", "/metrics").body.decode()
    [line] = [t for t in text.splitlines() if t.startswith("vllm:num_requests_running")]
    return float(line.split(" ")[-1])


def test_wait_until_times_out(server: SimulatedVllm) -> None:
    with pytest.raises(TimeoutError, match=r"0 running, 0 disconnects, 0 connections"):
        server.wait_until(lambda: server.running == 1, timeout=0.01)


def test_wait_until_notices_changes_by_other_threads(server: SimulatedVllm) -> None:
    asking = threading.Thread(target=chat, args=(server,))
    asking.start()
    server.wait_until(lambda: len(server.requests) == 1)
    asking.join()


def test_pace_applies_to_streams_and_plain_answers() -> None:
    # The loop's clock is not available here: use enough tokens to make the lower bound reliable.
    with SimulatedVllm(pace=0.002) as server:
        for stream in (False, True):
            server.reply("a b c d e f g h i j")
            answer = httpx.post(
                f"{server.base_url}/completions",
                json={"prompt": "x", "stream": stream},
                trust_env=False,
            )
            assert answer.elapsed.total_seconds() >= 0.02


def test_restarted_server_listens_on_the_same_port() -> None:
    server = SimulatedVllm()
    with server:
        port = server.port
        chat(server)
    with pytest.raises(ConnectionRefusedError):
        connect(server)
    with server:
        assert server.port == port
        chat(server)
    assert len(server.requests) == 2


def test_stopping_ends_idle_connections_and_streams(server: SimulatedVllm) -> None:
    server.reply("short", Reply(LONG, pace=1))
    with connect(server) as idle, connect(server) as streaming:
        idle.sendall(chat_request())
        read_answer(idle)
        streaming.sendall(chat_request(stream=True))
        server.wait_until(lambda: server.running == 1)
        server.stop()
        assert read_all(idle) == b""
        assert b"[DONE]" not in read_all(streaming)


def test_server_starts_once_and_may_be_stopped_repeatedly() -> None:
    server = SimulatedVllm()
    server.stop()
    with server, pytest.raises(RuntimeError, match="already running"):
        server.start()
    server.stop()
    with pytest.raises(RuntimeError, match="is not running"):
        server.close_idle_connections()


def test_port_in_use_is_an_error_at_the_start(server: SimulatedVllm) -> None:
    other = SimulatedVllm(port=server.port)
    with pytest.raises(OSError, match="in use"):
        other.start()
    other.stop()


def test_idle_connections_can_be_closed(server: SimulatedVllm) -> None:
    server.reply(Reply(LONG, pace=1))
    with connect(server) as busy, connect(server) as idle:
        busy.sendall(chat_request())
        server.wait_until(lambda: server.running == 1)
        idle.sendall(chat_request())
        read_answer(idle)
        server.close_idle_connections()
        assert idle.recv(1) == b""
        assert (server.connections, server.running) == (1, 1)


def test_stopped_server_leaves_nothing_open() -> None:
    threads = threading.active_count()
    _stop_amidst_streams()
    assert threading.active_count() == threads
    # A socket, loop or task left open would warn here, and warnings are errors.
    gc.collect()


def _stop_amidst_streams() -> None:
    with ExitStack() as clients:
        with SimulatedVllm() as server:
            server.reply(*[Reply(LONG, pace=1)] * 10)
            for _ in range(10):
                connection = clients.enter_context(closing(connect(server)))
                connection.sendall(chat_request(stream=True))
            server.wait_until(lambda: server.running == 10)
        assert (server.running, server.connections, server.disconnects) == (0, 0, 0)


def test_a_thousand_connections_at_once() -> None:
    # On a slow machine the first connections are idle for a long time before the last request.
    with SimulatedVllm(keep_alive=600) as server, ExitStack() as open_connections:
        connections = [
            open_connections.enter_context(closing(connect(server))) for _ in range(1000)
        ]
        for number, connection in enumerate(connections):
            connection.sendall(chat_request(f"I am {number}", stream=number % 2 == 0))
        answers = _read_until_done(connections)
        assert len(answers) == 1000
        for number, wire in enumerate(answers):
            assert f'"I am {number}"' in _said(wire)
        assert (server.connections, server.connections_made) == (1000, 1000)
        server.wait_until(lambda: server.running == 0)
    assert server.disconnects == 0


def test_a_thousand_requests_on_one_connection(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        for number in range(1000):
            connection.sendall(chat_request(f"I am {number}"))
            assert f'You said: \\"I am {number}\\"'.encode() in read_answer(connection)
    assert server.connections_made == 1


def _read_until_done(connections: list[socket.socket]) -> list[bytes]:
    got = [b""] * len(connections)
    with selectors.DefaultSelector() as selector:
        for number, connection in enumerate(connections):
            selector.register(connection, selectors.EVENT_READ, number)
        while selector.get_map():
            ready = selector.select(timeout=20)
            assert ready, "no answer for 20 seconds"
            for key, _ in ready:
                got[key.data] += connections[key.data].recv(65536)
                if got[key.data].endswith((b'"metrics":null}', b"0\r\n\r\n")):
                    selector.unregister(connections[key.data])
    return got


def _said(wire: bytes) -> str:
    answer = parse(wire)
    if answer.header("transfer-encoding") is None:
        return content(answer)
    deltas = [event["choices"][0]["delta"] for event in answer.events]
    return "".join(delta.get("content") or "" for delta in deltas)
