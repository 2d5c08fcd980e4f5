"""Each fault, on the wire and as a transformation of steps."""

import socket
from itertools import islice
from typing import Any

import pytest

from tests.testing.wire import chat, chat_request, connect, parse, read_all, read_answer, sent
from vllm_client.testing import (
    CloseAfter,
    Cut,
    Fault,
    Garbage,
    KeepAlives,
    LineEnds,
    Reset,
    SimulatedVllm,
    SlowHead,
    Split,
    Stall,
    WrongLength,
)
from vllm_client.testing.faults import faulty
from vllm_client.testing.socket_steps import (
    Close,
    Comment,
    Delay,
    Event,
    HeadStep,
    Idle,
    Raw,
    Send,
    SocketResponse,
)

THREE = (Event(b"data: 1\n\n"), Event(b"data: 2\n\n"), Event(b"data: 3\n\n"))
STREAM = {"stream": True}


def wire_of(server: SimulatedVllm, *faults: Fault, **options: Any) -> bytes:
    """Return all bytes that a client gets of the answer "Hello!" with these faults."""
    server.reply("Hello!", faults=faults)
    body = {"messages": [{"role": "user", "content": "Hi"}], **options}
    path = "/v1/chat/completions"
    with sent(server, "POST", path, body, connection="close") as connection:
        return read_all(connection)


@pytest.mark.parametrize("after", [0, 1, 17, 200, 400])
def test_cut_ends_the_answer_after_the_given_bytes(server: SimulatedVllm, after: int) -> None:
    whole = wire_of(server, **STREAM)
    assert len(wire_of(server, Cut(after), **STREAM)) == after
    assert len(whole) > after


def test_cut_counts_the_bytes_of_a_plain_body(server: SimulatedVllm) -> None:
    head, _, body = wire_of(server, Cut(25, of="body")).partition(b"\r\n\r\n")
    assert int(parse(head + b"\r\n\r\n").header("content-length") or 0) > 25
    assert len(body) == 25
    assert b'{"id":"chatcmpl-'.startswith(body[:16])


def test_cut_counts_the_bytes_of_a_stream_before_chunked_encoding(server: SimulatedVllm) -> None:
    body = wire_of(server, Cut(7, of="body"), **STREAM).partition(b"\r\n\r\n")[2]
    assert body == b"7\r\ndata: {\r\n"


def test_cut_counts_events(server: SimulatedVllm) -> None:
    body = wire_of(server, Cut(2, of="events"), **STREAM).partition(b"\r\n\r\n")[2]
    assert body.count(b"data: ") == 2
    assert body.endswith(b"}\n\n\r\n")


def test_cut_after_the_end_of_the_body_omits_the_last_chunk(
    server: SimulatedVllm,
) -> None:
    assert wire_of(server, Cut(10**6, of="body"), **STREAM).endswith(b"data: [DONE]\n\n\r\n")


@pytest.mark.parametrize("after", [0, 40, 300])
def test_reset_follows_the_given_bytes(server: SimulatedVllm, after: int) -> None:
    server.reply("Hello!", faults=[Reset(after)])
    got = b""
    with connect(server) as connection:
        connection.sendall(chat_request(stream=True))
        while len(got) < after:
            got += connection.recv(65536)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert len(got) == after


def test_stall_sends_the_given_bytes_and_nothing_more(server: SimulatedVllm) -> None:
    server.reply("Hello!", faults=[Stall(100)])
    with connect(server) as connection:
        connection.sendall(chat_request(stream=True))
        got = b""
        while len(got) < 100:
            got += connection.recv(65536)
        server.wait_until(lambda: server.running == 1)
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
    server.wait_until(lambda: server.running == 0)
    assert (len(got), server.disconnects) == (100, 1)


def test_a_stalled_answer_ends_when_the_server_stops() -> None:
    with SimulatedVllm() as server:
        server.reply("Hello!", faults=[Stall()])
        connection = connect(server)
        connection.sendall(chat_request())
        server.wait_until(lambda: server.running == 1)
    with connection:
        assert connection.recv(1) == b""
    assert (server.running, server.disconnects) == (0, 0)


def test_garbage_replaces_the_answer(server: SimulatedVllm) -> None:
    assert wire_of(server, Garbage()) == Garbage().data
    assert not Garbage().data.startswith(b"HTTP")


def test_garbage_breaks_the_chunked_encoding(server: SimulatedVllm) -> None:
    body = wire_of(server, Garbage(1, of="events", data=b"?!"), **STREAM).partition(b"\r\n\r\n")[2]
    assert body.endswith(b"}\n\n\r\n?!")
    assert body.count(b"data: ") == 1


def test_slow_head_waits_before_each_piece() -> None:
    answer = SocketResponse(200, {"content-length": "2"}, (Send(b"ok"),), 2)
    steps = list(faulty(answer, [SlowHead(2.0, pieces=4)], close=False))
    assert steps[0:8:2] == [Delay(0.5)] * 4
    assert steps[8:] == [Send(b"ok")]
    assert b"".join(step.data for step in steps[1:8:2] if isinstance(step, Send)).endswith(
        b"\r\n\r\n"
    )


def test_slow_head_changes_no_byte(server: SimulatedVllm) -> None:
    answer = parse(wire_of(server, SlowHead(0.02)))
    assert answer.json["choices"][0]["message"]["content"] == "Hello!"


@pytest.mark.parametrize(
    ("sizes", "pieces"),
    [
        (1, [b"a", b"b", b"c", b"d", b"e", b"f"]),
        ((4,), [b"abcd", b"ef"]),
        ((1, 3), [b"a", b"bcd", b"ef"]),
        (100, [b"abcdef"]),
    ],
)
def test_split_cuts_and_joins(sizes: Any, pieces: list[bytes]) -> None:
    steps = [Send(b"abc"), Send(b"de"), Send(b"f")]
    assert list(Split(sizes).on_wire(steps)) == [Send(piece) for piece in pieces]


def test_split_does_not_join_bytes_across_a_pause() -> None:
    steps = [Send(b"abc"), Delay(1), Send(b"de"), Raw(b"raw"), Send(b"f")]
    assert list(Split(4).on_wire(steps)) == [
        Send(b"abc"), Delay(1), Send(b"de"), Raw(b"raw"), Send(b"f"),
    ]  # fmt: skip


@pytest.mark.parametrize("split", [Split(1), Split((7, 1, 100)), Split(1, of="body")])
@pytest.mark.parametrize("options", [{}, STREAM])
def test_split_changes_no_byte_of_the_body(
    server: SimulatedVllm, split: Split, options: dict[str, Any]
) -> None:
    answer = parse(wire_of(server, split, request_id="same", **options))
    plain = parse(wire_of(server, request_id="same", **options))
    assert created_at(answer.body) == created_at(plain.body)


def created_at(body: bytes) -> bytes:
    """Remove the creation time from a body."""
    before, _, after = body.partition(b'"created":')
    return before + after[10:].replace(after[:10], b"now")


def test_split_of_the_body_makes_http_chunks(server: SimulatedVllm) -> None:
    answer = parse(wire_of(server, Split(10, of="body"), **STREAM))
    assert {len(chunk) for chunk in answer.chunks[:-1]} == {10}
    assert answer.body.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_change_every_line(server: SimulatedVllm, ending: str) -> None:
    answer = parse(wire_of(server, KeepAlives(), LineEnds(ending), **STREAM))
    end = ending.encode()
    assert answer.chunks[-2:] == (b": keep-alive" + 2 * end, b"data: [DONE]" + 2 * end)
    assert answer.body.replace(end, b"\n").count(b"\n") == 2 * len(answer.chunks)


def test_keep_alives_precede_events() -> None:
    comment = Comment(b": keep-alive\n\n")
    assert list(KeepAlives(2, 0.5, every=2).on_body(THREE)) == [
        Delay(0.5), comment, Delay(0.5), comment, THREE[0], THREE[1],
        Delay(0.5), comment, Delay(0.5), comment, THREE[2],
    ]  # fmt: skip


def test_endless_keep_alives_delay_the_event_forever() -> None:
    steps = list(islice(KeepAlives(None, 0.5).on_body(THREE), 100))
    assert set(steps) == {Delay(0.5), Comment(b": keep-alive\n\n")}
    with pytest.raises(ValueError, match="seconds"):
        KeepAlives(None)


def test_keep_alives_do_not_change_a_plain_answer(server: SimulatedVllm) -> None:
    assert b"keep-alive" not in wire_of(server, KeepAlives())


@pytest.mark.parametrize("by", [5, -5])
def test_wrong_length_announces_more_or_fewer_bytes_than_sent(
    server: SimulatedVllm, by: int
) -> None:
    head, _, body = wire_of(server, WrongLength(by)).partition(b"\r\n\r\n")
    assert int(parse(head + b"\r\n\r\n").header("content-length") or 0) == len(body) + by


def test_close_after_closes_a_connection_that_the_head_kept_open(server: SimulatedVllm) -> None:
    server.reply("Hello!", faults=[CloseAfter()])
    with sent(server, "POST", "/v1/completions", {"prompt": "Hi"}) as connection:
        wire = read_all(connection)
    assert parse(wire).header("connection") is None
    assert b"Hello!" in wire


def test_close_after_some_seconds_waits_before_it_closes(server: SimulatedVllm) -> None:
    server.reply("Hello!", faults=[CloseAfter(0.01)])
    with sent(server, "POST", "/v1/completions", {"prompt": "Hi"}) as connection:
        assert b"Hello!" in read_answer(connection)
        assert connection.recv(1) == b""


def test_faults_are_applied_in_order() -> None:
    answer = SocketResponse(200, {}, THREE, length=None)
    cut_first = faulty(answer, [Cut(1, of="events"), KeepAlives()], close=False)
    kept_first = faulty(answer, [KeepAlives(), Cut(1, of="events")], close=False)
    assert [type(step) for step in cut_first] == [HeadStep, Send, Send, Close]
    assert [type(step) for step in kept_first] == [HeadStep, Send, Send, Close]


def test_faults_of_a_server_apply_to_every_generation() -> None:
    with SimulatedVllm(faults=[LineEnds("\r\n")]) as server:
        assert chat(server, **STREAM).chunks[-1] == b"data: [DONE]\r\n\r\n"
        server.reply("one", "two", faults=[KeepAlives()])
        for _ in range(2):
            assert chat(server, **STREAM).chunks[-2] == b": keep-alive\n\n"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Cut(-1),
        lambda: Split(0),
        lambda: Split(()),
        lambda: KeepAlives(every=0),
        lambda: SlowHead(1, pieces=0),
    ],
)
def test_invalid_numbers_are_rejected(wrong: Any) -> None:
    with pytest.raises(ValueError, match="must"):
        wrong()


def test_base_fault_changes_nothing(server: SimulatedVllm) -> None:
    assert list(Fault().on_body(THREE)) == list(Fault().on_wire(THREE)) == list(THREE)
    assert list(CloseAfter(2).on_wire(THREE)) == [*THREE, Idle(2)]


def test_an_answer_over_a_unix_socket_can_be_reset(tmp_path: Any) -> None:
    with SimulatedVllm(uds=tmp_path / "socket") as server:
        server.reply("Hello!", faults=[Reset(20)])
        with connect(server) as connection:
            connection.sendall(chat_request())
            assert len(read_all(connection)) == 20
        assert isinstance(connection, socket.socket)
