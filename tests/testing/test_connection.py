"""One connection: requests after one another, and clients that do not keep to the rules."""

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


def test_a_connection_is_used_again(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        for _ in range(3):
            connection.sendall(chat_request())
            assert b"You said" in read_answer(connection)
    assert [request.connection for request in server.requests] == [1, 1, 1]


def test_requests_that_come_together_are_answered_in_order(server: SimulatedVllm) -> None:
    server.reply(Reply("one", pace=0.01), "two", "three")
    last = chat_request().replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1)
    with connect(server) as connection:
        connection.sendall(chat_request() + chat_request() + last)
        wire = read_all(connection)
    assert [wire.count(word) for word in (b'"one"', b'"two"', b'"three"')] == [1, 1, 1]
    assert wire.index(b'"one"') < wire.index(b'"two"') < wire.index(b'"three"')


def test_a_request_may_come_byte_by_byte(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        for byte in chat_request():
            connection.sendall(bytes([byte]))
        assert b"You said" in read_answer(connection)


@pytest.mark.parametrize("target", ["http://gpu.invalid:8000", "HTTPS://gpu.invalid"])
def test_a_target_may_have_the_form_for_proxies(server: SimulatedVllm, target: str) -> None:
    answer = ask(server, "POST", f"{target}/v1/completions?a=http://b", {"prompt": "Hi"})
    assert answer.status == 200
    assert server.requests[0].path == "/v1/completions"
    assert server.requests[0].query == {"a": "http://b"}


def test_an_idle_connection_is_closed_in_time() -> None:
    with SimulatedVllm(keep_alive=0.01) as server, connect(server) as connection:
        connection.sendall(chat_request())
        read_answer(connection)
        assert connection.recv(1) == b""


def test_without_keep_alive_a_connection_ends_with_its_answer() -> None:
    with SimulatedVllm(keep_alive=0) as server, sent(server, "GET", "/version") as connection:
        assert parse(read_all(connection)).json == {"version": "0.33.0"}


def test_an_answer_may_take_longer_than_idleness_may() -> None:
    with SimulatedVllm(keep_alive=0.01, pace=0.01) as server:
        assert ask(server, "POST", "/v1/completions", {"prompt": "Hi"}).status == 200


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_a_client_that_wants_the_end_gets_it_announced(
    server: SimulatedVllm, version: bytes
) -> None:
    request = request_bytes("GET", "/version", connection="close").replace(b"HTTP/1.1", version)
    with connect(server) as connection:
        connection.sendall(request)
        assert parse(read_all(connection)).header("connection") == "close"


def test_a_raw_reply_may_end_the_connection(server: SimulatedVllm) -> None:
    server.reply(RawReply(200, b"{}", {"Connection": "close"}))
    with connect(server) as connection:
        connection.sendall(chat_request())
        assert read_all(connection).endswith(b"\r\n\r\n{}")


def test_what_is_no_http_gets_uvicorns_answer(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        answer = parse(read_all(connection))
    assert (answer.status, answer.body) == (400, b"Invalid HTTP request received.")
    assert server.requests == []


def test_a_client_that_expects_100_is_told_to_go_on(server: SimulatedVllm) -> None:
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


def test_a_client_that_leaves_within_its_request_was_never_there(server: SimulatedVllm) -> None:
    with connect(server) as connection:
        connection.sendall(chat_request()[:-5])
        server.wait_until(lambda: server.connections == 1)
    server.wait_until(lambda: server.connections == 0)
    assert (server.requests, server.disconnects) == ([], 0)


def test_a_client_that_does_not_read_holds_up_only_itself(server: SimulatedVllm) -> None:
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
    """A fault of a user's own, with a mistake in it."""

    def on_wire(self, steps: Iterable[Step]) -> Iterator[Step]:
        yield Send(b"HTTP/1.1")
        raise ZeroDivisionError("a mistake")


def test_a_mistake_in_a_fault_ends_the_connection_and_is_logged(
    server: SimulatedVllm, caplog: pytest.LogCaptureFixture
) -> None:
    server.reply("never said", faults=[Broken()])
    with connect(server) as connection:
        connection.sendall(chat_request())
        assert read_all(connection) == b"HTTP/1.1"
    server.wait_until(lambda: server.connections == 0)
    assert "ZeroDivisionError: a mistake" in caplog.text
    assert (server.running, server.disconnects) == (0, 0)


def test_a_large_body_arrives_whole(server: SimulatedVllm) -> None:
    server.reply("x" * 5_000_000)
    with sent(server, "POST", "/v1/completions", {"prompt": "Hi"}, connection="close") as one:
        assert parse(read_all(one)).json["choices"][0]["text"] == "x" * 5_000_000
