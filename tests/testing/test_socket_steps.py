"""Steps of the simulated server on a socket: heads, chunks and pieces."""

import re

import pytest

from vllm_client.testing.socket_steps import (
    Abort,
    Close,
    Comment,
    Delay,
    Event,
    Hang,
    Raw,
    Send,
    SocketResponse,
    Step,
    chunked,
    head,
    pause,
    phrase,
    trimmed,
)


def lines_of(response: SocketResponse, *, close: bool = False) -> list[bytes]:
    """Return the lines of a head, without the date."""
    written = head(response, close=close).data
    assert written.endswith(b"\r\n\r\n")
    first, date, *others = written[:-4].split(b"\r\n")
    assert re.fullmatch(rb"date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", date)
    return [first, *others]


def test_head_has_uvicorns_fields_in_its_order() -> None:
    response = SocketResponse(200, {"content-type": "text/plain", "content-length": "2"}, length=2)

    assert lines_of(response) == [
        b"HTTP/1.1 200 OK",
        b"server: uvicorn",
        b"content-type: text/plain",
        b"content-length: 2",
    ]


def test_head_announces_chunks_and_the_end_of_the_connection() -> None:
    response = SocketResponse(599, {}, length=None)

    assert lines_of(response, close=True) == [
        b"HTTP/1.1 599 ",
        b"server: uvicorn",
        b"connection: close",
        b"transfer-encoding: chunked",
    ]


def test_unknown_status_has_no_reason_phrase() -> None:
    assert (phrase(404), phrase(599)) == ("Not Found", "")


def test_each_piece_is_a_chunk_and_the_last_chunk_is_empty() -> None:
    steps = [Event(b"data: {}\n\n"), Delay(1), Comment(b": x\n"), Raw(b"\0")]

    assert list(chunked(steps)) == [
        Send(b"a\r\ndata: {}\n\n\r\n"),
        Delay(1),
        Send(b"4\r\n: x\n\r\n"),
        Raw(b"\0"),
        Send(b"0\r\n\r\n"),
    ]


@pytest.mark.parametrize("end", [Close(), Abort(), Hang()])
def test_a_body_that_breaks_off_has_no_last_chunk(end: Step) -> None:
    assert list(chunked([Send(b"a"), end, Send(b"b")])) == [Send(b"1\r\na\r\n"), end]


def test_pause_of_0_seconds_is_not_a_step() -> None:
    assert (pause(0), pause(0.5)) == ((), (Delay(0.5),))


def test_a_trimmed_step_keeps_its_kind() -> None:
    assert trimmed(Event(b"data: {}\n\n"), 4) == Event(b"data")
