"""The recorder between a client and a server: it forwards bytes at once, and ends connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from attrs import frozen

from tests.facades.raw_server import RawServer, Visit
from tests.facades.tls_front import TlsFront, trusting_context
from tests.testing.wire import (
    PATIENCE,
    ask,
    chat,
    chat_request,
    connect,
    parse,
    read_all,
    read_answer,
    request_bytes,
)
from vllm_client.testing import RawReply, Recorder, Reply, SimulatedVllm, record
from vllm_client.testing.cassette.cassette_file import read_cassette
from vllm_client.testing.cassette.exchange import Exchange

LONG = ["word "] * 1000


@frozen
class Recorded:
    """A recorder in front of a simulated server, and its cassette."""

    recorder: Recorder
    path: Path

    def exchanges(self) -> list[Exchange]:
        """Return all exchanges, once the recorder has stopped."""
        self.recorder.stop()
        return read_cassette(self.path)


@pytest.fixture
def recorded(server: SimulatedVllm, tmp_path: Path) -> Iterator[Recorded]:
    path = tmp_path / "cassette.jsonl"
    with record(path, server.base_url) as recorder:
        yield Recorded(recorder, path)


def test_answer_is_forwarded_unchanged(server: SimulatedVllm, recorded: Recorded) -> None:
    server.reply(RawReply(418, b"\xff\x00", {"x-any": "1", "content-type": "a/b"}))
    answer = chat(recorded.recorder)
    assert (answer.status, answer.body) == (418, b"\xff\x00")
    assert answer.header("x-any") == "1"
    assert answer.header("server") == "uvicorn"


def test_streamed_token_is_forwarded_at_once(server: SimulatedVllm, recorded: Recorded) -> None:
    server.reply(Reply(["one", "two"], pace=3600))
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request(stream=True))
        wire = b""
        while b'"role"' not in wire:  # only the first event: the second comes hours later
            wire += connection.recv(65536)
    server.wait_until(lambda: server.running == 0)


def test_disconnect_of_the_client_reaches_the_server(
    server: SimulatedVllm, recorded: Recorded
) -> None:
    server.reply(Reply(LONG, pace=0.01))
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request(stream=True))
        connection.recv(1)
    server.wait_until(lambda: server.disconnects == 1)
    [exchange] = recorded.exchanges()
    assert exchange.response.end == "abandoned"
    assert exchange.response.status == 200


def test_disconnect_before_the_answer_is_recorded(
    server: SimulatedVllm, recorded: Recorded
) -> None:
    server.reply(Reply(LONG, pace=0.01))
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request())
        server.wait_until(lambda: server.running == 1)
    server.wait_until(lambda: server.disconnects == 1)
    [exchange] = recorded.exchanges()
    assert (exchange.response.status, exchange.response.end) == (None, "abandoned")


def test_incomplete_request_is_not_recorded(server: SimulatedVllm, recorded: Recorded) -> None:
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request()[:-5])
        server.wait_until(lambda: server.connections == 1)
    server.wait_until(lambda: server.connections == 0)
    assert recorded.exchanges() == []


def test_stop_records_the_received_part_of_an_answer(
    server: SimulatedVllm, recorded: Recorded
) -> None:
    server.reply(Reply(LONG, pace=0.01))
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request(stream=True))
        connection.recv(1)
        [exchange] = recorded.exchanges()
    assert exchange.response.end == "abandoned"
    server.wait_until(lambda: server.connections == 0)


def test_connection_is_reused_on_both_sides(server: SimulatedVllm, recorded: Recorded) -> None:
    with connect(recorded.recorder) as connection:
        for _ in range(3):
            connection.sendall(chat_request())
            assert b"You said" in read_answer(connection)
    assert [request.connection for request in server.requests] == [1, 1, 1]
    assert [exchange.number for exchange in recorded.exchanges()] == [1, 2, 3]


def test_pipelined_requests_are_answered_in_order(
    server: SimulatedVllm, recorded: Recorded
) -> None:
    server.reply("one", "two")
    last = chat_request("last").replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1)
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request("first") + last)
        wire = read_all(connection)
    assert 0 < wire.index(b'"one"') < wire.index(b'"two"')
    first, second = (exchange.request["json"] for exchange in recorded.exchanges())
    assert first["messages"][0]["content"] == "first"
    assert second["messages"][0]["content"] == "last"


def test_idle_connection_ends_when_the_server_closes_it(
    server: SimulatedVllm, recorded: Recorded
) -> None:
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request())
        read_answer(connection)
        server.close_idle_connections()
        assert connection.recv(1) == b""


def test_request_lost_on_an_idle_connection_is_not_recorded(tmp_path: Path) -> None:
    def visit(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        visit.read_request()  # then close without an answer, as after a long idle time

    with (
        RawServer(visit) as server,
        record(tmp_path / "x", f"http://127.0.0.1:{server.port}") as recorder,
        connect(recorder) as connection,
    ):
        connection.sendall(request_bytes("GET", "/first"))
        assert connection.recv(65536).endswith(b"\r\n\r\n")
        connection.sendall(request_bytes("GET", "/second"))
        assert connection.recv(1) == b""
    assert [exchange.request["path"] for exchange in read_cassette(tmp_path / "x")] == ["/first"]


def test_reset_reaches_the_client_after_the_bytes_sent_before_it(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 5000000\r\n\r\n"
    proceed = socket.socketpair()

    def visit(visit: Visit) -> None:
        visit.read_request()
        visit.send(head + b"x" * 1000)
        proceed[0].recv(1)
        visit.reset()

    with (
        closing(proceed[0]),
        closing(proceed[1]),
        RawServer(visit) as server,
        record(tmp_path / "x", f"http://127.0.0.1:{server.port}") as recorder,
        connect(recorder) as connection,
    ):
        connection.sendall(request_bytes("GET", "/"))
        received = b""
        while len(received) < len(head) + 1000:
            received += connection.recv(65536)
        proceed[1].send(b"x")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    [exchange] = read_cassette(tmp_path / "x")
    assert exchange.response.end == "reset"
    assert exchange.response.body == (b"x" * 1000,)


def test_unreachable_server_is_a_502_and_not_recorded(
    server: SimulatedVllm, recorded: Recorded
) -> None:
    server.stop()
    answer = chat(recorded.recorder)
    assert answer.status == 502
    assert f"cannot connect to {server.base_url}" in answer.json["error"]["message"]
    assert recorded.exchanges() == []


def test_invalid_http_gets_uvicorns_answer(server: SimulatedVllm, recorded: Recorded) -> None:
    with connect(recorded.recorder) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert parse(read_all(connection)).status == 400
    assert server.connections_made == 0


def test_100_continue_of_the_server_is_forwarded(recorded: Recorded) -> None:
    head, _, body = chat_request().partition(b"\r\n\r\n")
    with connect(recorded.recorder) as connection:
        connection.sendall(head + b"\r\nexpect: 100-continue\r\n\r\n")
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert b"You said" in read_answer(connection)
    assert recorded.exchanges()[0].response.status == 200


def test_http_1_0_request_is_forwarded_as_http_1_0(
    server: SimulatedVllm, recorded: Recorded
) -> None:
    with connect(recorded.recorder) as connection:
        connection.sendall(request_bytes("GET", "/version").replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert parse(read_all(connection)).status == 200
    assert server.requests[0].http_version == "1.0"


def test_chunked_request_is_forwarded(server: SimulatedVllm, recorded: Recorded) -> None:
    head = b"POST /v1/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    body = b'4\r\n{"pr\r\na\r\nompt":"Hi"\r\n1\r\n}\r\n0\r\n\r\n'
    with connect(recorded.recorder) as connection:
        connection.sendall(head + body)
        read_answer(connection)
    assert server.requests[0].json == {"prompt": "Hi"}
    assert recorded.exchanges()[0].request["json"] == {"prompt": "Hi"}


def test_request_is_forwarded_with_the_servers_host_and_base_path(
    tmp_path: Path,
) -> None:
    with SimulatedVllm(root_path="/llm") as server:
        with record(tmp_path / "x", server.base_url) as recorder:
            assert recorder.base_url == f"http://127.0.0.1:{recorder.port}/v1"
            chat(recorder)
            ask(recorder, "GET", "http://any.invalid/version?a=1")
        first, second = server.requests
    assert (first.path, second.target) == ("/llm/v1/chat/completions", "/llm/version?a=1")
    assert first.headers["host"] == f"127.0.0.1:{server.port}"
    paths = [exchange.request["path"] for exchange in read_cassette(tmp_path / "x")]
    assert paths == ["/v1/chat/completions", "/version?a=1"]


def test_credentials_in_the_url_are_sent_unless_the_client_has_its_own(
    server: SimulatedVllm, tmp_path: Path
) -> None:
    url = server.base_url.replace("http://", "http://user:secret@")
    with record(tmp_path / "x", url) as recorder:
        chat(recorder)
        ask(recorder, "GET", "/version", Authorization="Bearer key")
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Basic dXNlcjpzZWNyZXQ=", "Bearer key"]
    assert "secret" not in (tmp_path / "x").read_text()


def test_a_server_with_tls(server: SimulatedVllm, tmp_path: Path) -> None:
    path = tmp_path / "x"
    with (
        TlsFront(server) as front,
        record(path, front.base_url, ssl_context=trusting_context()) as recorder,
    ):
        assert chat(recorder, stream=True).chunks[-1] == b"data: [DONE]\n\n"
        with connect(recorder) as connection:
            server.reply(Reply(LONG, pace=0.01))
            connection.sendall(chat_request(stream=True))
            connection.recv(1)
        server.wait_until(lambda: server.disconnects == 1)
    assert [exchange.response.end for exchange in read_cassette(path)] == ["complete", "abandoned"]


def test_untrusted_certificate_is_a_502(server: SimulatedVllm, tmp_path: Path) -> None:
    with TlsFront(server) as front, record(tmp_path / "x", front.base_url) as recorder:
        answer = chat(recorder)
    assert answer.status == 502
    assert "certificate" in answer.json["error"]["message"]


def test_large_bodies_are_forwarded_in_both_directions(
    server: SimulatedVllm, recorded: Recorded
) -> None:
    server.reply("y" * 5_000_000)
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request("x" * 5_000_000))
        assert b"y" * 5_000_000 in read_answer(connection)
    [exchange] = recorded.exchanges()
    assert exchange.request["json"]["messages"][0]["content"] == "x" * 5_000_000
    assert len(exchange.response.body) == 1


def test_slow_reading_server_slows_the_client(tmp_path: Path) -> None:
    reads = threading.Event()

    def visit(visit: Visit) -> None:
        visit.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        visit.socket.recv(1, socket.MSG_PEEK)
        reads.wait(PATIENCE)
        visit.send(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n%8d" % len(visit.read_request()))

    request = request_bytes("POST", "/", b"x" * 20_000_000)
    with (
        RawServer(visit) as server,
        record(tmp_path / "x", server.base_url) as recorder,
        connect(recorder) as connection,
    ):
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.sendall(request)
        reads.set()
    [] = read_cassette(tmp_path / "x")


def test_bytes_after_an_answer_are_forwarded_and_not_recorded(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    proceed = threading.Event()

    def visit(visit: Visit) -> None:
        visit.read_request()
        visit.send(answer)
        proceed.wait(PATIENCE)
        visit.send(b"more")

    with (
        RawServer(visit) as server,
        record(tmp_path / "x", server.base_url) as recorder,
        connect(recorder) as connection,
    ):
        connection.sendall(request_bytes("GET", "/"))
        received = b""
        while len(received) < len(answer):
            received += connection.recv(65536)
        proceed.set()
        assert read_all(connection) == b"more"
    [exchange] = read_cassette(tmp_path / "x")
    assert exchange.response.body == (b"{}",)


def test_idle_connections_can_be_closed(server: SimulatedVllm, recorded: Recorded) -> None:
    with connect(recorded.recorder) as connection:
        connection.sendall(chat_request())
        read_answer(connection)
        recorded.recorder.close_idle_connections()
        assert connection.recv(1) == b""
    server.wait_until(lambda: server.connections == 0)


def test_slow_reading_client_slows_the_server(server: SimulatedVllm, recorded: Recorded) -> None:
    server.reply(Reply(["x" * 10_000] * 2000))
    with connect(recorded.recorder) as lazy:
        lazy.sendall(chat_request(stream=True))
        server.wait_until(lambda: server.running == 1)
        assert ask(recorded.recorder, "GET", "/version").status == 200
        assert server.running == 1
        last = b""
        while not last.endswith(b"0\r\n\r\n"):
            last = (last + lazy.recv(1 << 20))[-5:]
    assert len(recorded.exchanges()[0].response.body) > 2000
