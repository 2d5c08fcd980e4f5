"""One connection: consecutive requests, and clients that break the protocol."""

from collections.abc import Iterable, Iterator

import pytest
from attrs import frozen

from tests.testing.wire import (
    ask,
    chat_request,
    connect,
    parse,
    read_all,
    read_answer,
    request_bytes,
    sent,
)
from vllm_client.testing import Fault, RawReply, Reply, SimulatedVllm
from vllm_client.testing.socket_steps import Send, Step


def test_connection_is_reused(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        for _ in range(3):
            connection.sendall(chat_request())
            assert b"You said" in read_answer(connection)
    assert [request.connection for request in server.requests] == [1, 1, 1]


def test_pipelined_requests_are_answered_in_order(server: SimulatedVllm) -> None:
    server.reply(Reply("one", pace=0.01), "two", "three")
    last = chat_request().replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1)
    with connect(server) as connection:
        connection.sendall(chat_request() + chat_request() + last)
        wire = read_all(connection)
    assert [wire.count(word) for word in (b'"one"', b'"two"', b'"three"')] == [1, 1, 1]
    assert wire.index(b'"one"') < wire.index(b'"two"') < wire.index(b'"three"')


def test_request_may_arrive_byte_by_byte(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        for byte in chat_request():
            connection.sendall(bytes([byte]))
        assert b"You said" in read_answer(connection)


@pytest.mark.parametrize("target", ["http://gpu.invalid:8000", "HTTPS://gpu.invalid"])
def test_request_target_may_be_an_absolute_url(server: SimulatedVllm, target: str) -> None:
    answer = ask(server, "POST", f"{target}/v1/completions?a=http://b", {"prompt": "Hi"})
    assert answer.status == 200
    assert server.requests[0].path == "/v1/completions"
    assert server.requests[0].query == {"a": "http://b"}


def test_idle_connection_is_closed_after_keep_alive() -> None:
    with SimulatedVllm(keep_alive=0.01) as server, connect(server) as connection:
        connection.sendall(chat_request())
        read_answer(connection)
        assert connection.recv(1) == b""


def test_connection_closes_after_its_answer_without_keep_alive() -> None:
    with SimulatedVllm(keep_alive=0) as server, sent(server, "GET", "/version") as connection:
        assert parse(read_all(connection)).json == {"version": "0.33.0"}


def test_keep_alive_does_not_limit_an_answer() -> None:
    with SimulatedVllm(keep_alive=0.01, pace=0.01) as server:
        assert ask(server, "POST", "/v1/completions", {"prompt": "Hi"}).status == 200


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_connection_close_is_announced_if_the_client_asks_for_it(
    server: SimulatedVllm, version: bytes
) -> None:
    request = request_bytes("GET", "/version", connection="close").replace(b"HTTP/1.1", version)
    with connect(server) as connection:
        connection.sendall(request)
        assert parse(read_all(connection)).header("connection") == "close"


def test_raw_reply_may_close_the_connection(server: SimulatedVllm) -> None:
    server.reply(RawReply(200, b"{}", {"Connection": "close"}))
    with connect(server) as connection:
        connection.sendall(chat_request())
        assert read_all(connection).endswith(b"\r\n\r\n{}")


def test_invalid_http_gets_uvicorns_answer(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        answer = parse(read_all(connection))
    assert (answer.status, answer.body) == (400, b"Invalid HTTP request received.")
    assert server.requests == []


def test_expect_100_continue_is_answered(server: SimulatedVllm) -> None:
    head, _, body = chat_request().partition(b"\r\n\r\n")
    with connect(server) as connection:
        connection.sendall(head + b"\r\nexpect: 100-continue\r\n\r\n")
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert b"You said" in read_answer(connection)


def test_the_answer_to_head_has_no_body(server: SimulatedVllm) -> None:
    with sent(server, "HEAD", "/nope", connection="close") as connection:
        wire = read_all(connection)
    assert wire.endswith(b"\r\n\r\n")
    assert b"content-length: 22\r\n" in wire


def test_incomplete_request_is_not_counted(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        connection.sendall(chat_request()[:-5])
        server.wait_until(lambda: server.connections == 1)
    server.wait_until(lambda: server.connections == 0)
    assert (server.requests, server.disconnects) == ([], 0)


def test_client_that_does_not_read_blocks_only_itself(server: SimulatedVllm) -> None:
    server.reply(Reply(["x" * 10_000] * 2000))
    with connect(server) as lazy:
        lazy.sendall(chat_request(stream=True))
        server.wait_until(lambda: server.running == 1)
        assert ask(server, "GET", "/version").status == 200
        assert server.running == 1
    server.wait_until(lambda: server.running == 0)
    assert server.disconnects == 1


@frozen
class Broken(Fault):
    """A user's own fault, with a bug in it."""

    def on_wire(self, steps: Iterable[Step]) -> Iterator[Step]:
        yield Send(b"HTTP/1.1")
        raise ZeroDivisionError("a mistake")


def test_bug_in_a_fault_closes_the_connection_and_is_logged(
    server: SimulatedVllm, caplog: pytest.LogCaptureFixture
) -> None:
    server.reply("never said", faults=[Broken()])
    with connect(server) as connection:
        connection.sendall(chat_request())
        assert read_all(connection) == b"HTTP/1.1"
    server.wait_until(lambda: server.connections == 0)
    assert "ZeroDivisionError: a mistake" in caplog.text
    assert (server.running, server.disconnects) == (0, 0)


def test_large_body_arrives_completely(server: SimulatedVllm) -> None:
    server.reply("x" * 5_000_000)
    with sent(server, "POST", "/v1/completions", {"prompt": "Hi"}, connection="close") as one:
        assert parse(read_all(one)).json["choices"][0]["text"] == "x" * 5_000_000
