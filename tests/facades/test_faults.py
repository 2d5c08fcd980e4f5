"""Faults on the wire raise the right error within the timeout, in plain and streamed calls."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
from collections.abc import Sequence
from time import monotonic
from typing import Any

import attrs
import pytest

from tests.facades.dialogue import (
    ANSWER,
    DONE,
    HELLO,
    HELLO_STREAM,
    LAST_CHUNK,
    PATIENCE,
    STREAM_HEAD,
    ask,
    chunk,
    chunked,
    hear,
    http,
)
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import (
    ApiError,
    HttpError,
    IoError,
    IoTimeout,
    ParseError,
    StreamError,
    StreamEvent,
    StreamTimeout,
    Timeout,
    VllmError,
)
from vllm_client.testing import (
    Cut,
    Fault,
    Garbage,
    InStreamError,
    KeepAlives,
    LineEnds,
    RawReply,
    Reply,
    Reset,
    SimulatedVllm,
    SlowHead,
    Split,
    Stall,
    WrongLength,
)

# Max seconds, which only a hang reaches; the timeouts in these tests are below a second.
LONG = 20.0
WORDS = ["Recursion", " is", " recursion", "."]
REPLY = Reply(WORDS)
TEXT = "".join(WORDS)
END = 10**9


@attrs.frozen
class Row:
    """A fault and its expected result.

    Attributes:
        error: The class of the error; None without one.
        clock: The limit that is exceeded, which is set to a short time.
        heard: The number of words in the stream before the error; None if opening it raised.
    """

    faults: Sequence[Fault]
    error: type[VllmError] | None
    clock: str | None = None
    heard: int | None = None

    @property
    def text(self) -> str:
        return "".join(WORDS[: self.heard or 0])

    def timeouts(self) -> list[Timeout]:
        """Return the timeouts to try, one after another, until one expires at the right place."""
        if self.clock is None:
            return [Timeout(token=LONG)]
        return [attrs.evolve(Timeout(token=LONG), **{self.clock: each}) for each in PATIENCE]

    def fits(self, error: Exception | None) -> bool:
        """Return whether this is the expected error."""
        if error is None or self.error is None:
            return error is self.error
        return type(error) is self.error and getattr(error, "clock", None) == self.clock


SHORT_TOKEN = Timeout(token=0.2)

PLAIN = {
    "nothing": Row([], None),
    "cut before the head": Row([Cut()], IoError),
    "cut in the head": Row([Cut(after=40)], IoError),
    "cut before the body": Row([Cut(of="body")], IoError),
    "cut in the body": Row([Cut(after=20, of="body")], IoError),
    "cut after the end": Row([Cut(after=END)], None),
    "reset before the head": Row([Reset()], IoError),
    "reset in the head": Row([Reset(after=40)], IoError),
    "reset in the body": Row([Reset(after=20, of="body")], IoError),
    "stall before the head": Row([Stall()], IoTimeout, "token"),
    "stall in the head": Row([Stall(after=40)], IoTimeout, "token"),
    "stall in the body": Row([Stall(after=20, of="body")], IoTimeout, "idle"),
    "total before the head": Row([Stall()], IoTimeout, "total"),
    "total in the body": Row([Stall(after=20, of="body")], IoTimeout, "total"),
    "a head that dribbles": Row([SlowHead(0.3)], None),
    "a head that dribbles too long": Row([SlowHead(LONG, pieces=100)], IoTimeout, "token"),
    "a byte at a time": Row([Split(1)], None),
    "garbage instead of HTTP": Row([Garbage()], HttpError),
    "garbage in the head": Row([Garbage(after=40, data=b"\0\r\n\r\n")], HttpError),
    "10 MB of a header": Row([Garbage(after=40, data=b"x" * 10_000_000)], HttpError),
    "10 MB of a status line": Row([Garbage(data=b"HTTP/1.1 2" + b"0" * 10_000_000)], HttpError),
    "a length too long, and silence": Row([WrongLength(+5)], IoTimeout, "idle"),
    "a length too long, and the end": Row([WrongLength(+5), Cut(after=END)], IoError),
    "a length too short": Row([WrongLength(-5)], ParseError),
}

STREAMED = {
    "nothing": Row([], None, heard=4),
    "cut before the head": Row([Cut()], IoError),
    "cut in the head": Row([Cut(after=40)], IoError),
    "cut after the head": Row([Cut(of="body")], StreamError),
    "cut before the first delta": Row([Cut(after=1, of="events")], StreamError),
    "cut in the first delta": Row([Cut(after=300, of="body")], StreamError),
    "cut after the first delta": Row([Cut(after=2, of="events")], StreamError, heard=1),
    "cut in mid-stream": Row([Cut(after=3, of="events")], StreamError, heard=2),
    "cut before the finish": Row([Cut(after=5, of="events")], StreamError, heard=4),
    "cut before [DONE]": Row([Cut(after=7, of="events")], StreamError, heard=4),
    "cut before the last HTTP chunk": Row([Cut(after=END, of="body")], None, heard=4),
    "reset before the head": Row([Reset()], IoError),
    "reset after the head": Row([Reset(of="body")], StreamError),
    "reset in mid-stream": Row([Reset(after=3, of="events")], StreamError, heard=2),
    "stall before the head": Row([Stall()], IoTimeout, "token"),
    "stall before the first delta": Row([Stall(after=1, of="events")], StreamTimeout, "token"),
    "stall in mid-stream": Row([Stall(after=3, of="events")], StreamTimeout, "idle", 2),
    "no next token": Row([Stall(after=3, of="events")], StreamTimeout, "token", 2),
    "stall before the last HTTP chunk": Row([Stall(after=END, of="body")], None, heard=4),
    "total before the head": Row([Stall()], IoTimeout, "total"),
    "total before the first delta": Row([Stall(after=1, of="events")], StreamTimeout, "total"),
    "total in mid-stream": Row([Stall(after=3, of="events")], StreamTimeout, "total", 2),
    "a head that dribbles": Row([SlowHead(0.3)], None, heard=4),
    "a head that dribbles too long": Row([SlowHead(LONG, pieces=100)], IoTimeout, "token"),
    "a byte at a time": Row([Split(1)], None, heard=4),
    "a byte a chunk": Row([Split(1, of="body")], None, heard=4),
    "CRLF": Row([LineEnds("\r\n")], None, heard=4),
    "lone CR": Row([LineEnds("\r")], None, heard=4),
    "keep-alives": Row([KeepAlives(3)], None, heard=4),
    "keep-alives are no first token": Row([KeepAlives(None, seconds=0.05)], StreamTimeout, "token"),
    "garbage instead of HTTP": Row([Garbage()], HttpError),
    "garbage before the first delta": Row([Garbage(after=1, of="events")], HttpError),
    "garbage in the chunking": Row([Garbage(after=3, of="events")], StreamError, heard=2),
    "10 MB of a header": Row([Garbage(after=40, data=b"x" * 10_000_000)], HttpError),
    "10 MB of a chunk's size": Row(
        [Garbage(after=3, of="events", data=b"1" * 10_000_000)], StreamError, heard=2
    ),
    "10 MB of a chunk's extension": Row(
        [Garbage(after=3, of="events", data=b"5;" + b"x" * 10_000_000)], StreamError, heard=2
    ),
    "a length that streams lack": Row([WrongLength(+5)], None, heard=4),
}


@pytest.mark.parametrize("clock", ["token", "idle"])
def test_keep_alives_count_as_bytes_but_not_as_tokens(facade: SyncFacade, clock: str) -> None:
    def keep_alive(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(chunk("Hello!")))
        for _ in range(8):
            never.wait(seconds / 5)
            visit.send(chunked(b": keep-alive\n\n"))
        visit.send(chunked(chunk("", "stop"), DONE) + LAST_CHUNK)

    never = threading.Event()
    for seconds in PATIENCE:
        with RawServer(keep_alive) as server:
            timeout = attrs.evolve(Timeout(token=10 * LONG), **{clock: seconds})
            heard = hear(facade.client(server.base_url, timeout=timeout))
        kind = type(heard.error) if heard.error else None
        if (heard.text, kind) == ("Hello!", StreamTimeout if clock == "token" else None):
            return
    pytest.fail(f"{heard}")


# The same over httpx, except faults that need the limits or checks of the built-in transport.
PLAIN_OVER_HTTPX = [
    "cut before the head",
    "cut in the head",
    "cut before the body",
    "cut in the body",
    "reset before the head",
    "reset in the body",
    "stall before the head",
    "total before the head",
    "garbage instead of HTTP",
    "10 MB of a header",
    "a length too long, and the end",
]
STREAMED_OVER_HTTPX = [
    "cut before the head",
    "cut after the head",
    "cut before the first delta",
    "cut in mid-stream",
    "cut before [DONE]",
    "reset in mid-stream",
    "stall before the first delta",
    "no next token",
    "total in mid-stream",
    "keep-alives are no first token",
    "garbage in the chunking",
    "CRLF",
]


@pytest.mark.parametrize("name", PLAIN_OVER_HTTPX)
def test_plain_over_httpx(facade_over_httpx: SyncFacade, server: SimulatedVllm, name: str) -> None:
    _check_plain(facade_over_httpx, server, PLAIN[name])


@pytest.mark.parametrize("name", STREAMED_OVER_HTTPX)
def test_streamed_over_httpx(
    facade_over_httpx: SyncFacade, server: SimulatedVllm, name: str
) -> None:
    _check_streamed(facade_over_httpx, server, STREAMED[name])


@pytest.mark.parametrize("row", PLAIN.values(), ids=PLAIN)
def test_plain(facade: SyncFacade, server: SimulatedVllm, row: Row) -> None:
    _check_plain(facade, server, row)


@pytest.mark.parametrize("row", STREAMED.values(), ids=STREAMED)
def test_streamed(facade: SyncFacade, server: SimulatedVllm, row: Row) -> None:
    _check_streamed(facade, server, row)


def _check_plain(facade: SyncFacade, server: SimulatedVllm, row: Row) -> None:
    client = facade.client(server.base_url, retry=None, timeout=row.timeouts()[0])
    server.reply(REPLY, faults=row.faults)
    began = monotonic()
    if row.error is None:
        assert ask(client).content == TEXT
    else:
        with pytest.raises(row.error) as caught:
            ask(client)
        assert row.fits(caught.value)
        _assert_tells_its_request(caught.value, server)
    assert monotonic() - began < LONG
    _assert_good_as_new(client, server)


def _check_streamed(facade: SyncFacade, server: SimulatedVllm, row: Row) -> None:
    client = facade.client(server.base_url, retry=None)
    for timeout in row.timeouts():
        server.reply(REPLY, faults=row.faults)
        began = monotonic()
        heard = hear(client, timeout=timeout)
        assert monotonic() - began < LONG
        if row.fits(heard.error) and heard.text == row.text:
            break
    assert row.fits(heard.error), repr(heard.error)
    assert heard.text == row.text
    assert heard.opened is (row.heard is not None)
    if heard.error is not None:
        _assert_tells_its_request(heard.error, server)
        if heard.opened:
            assert heard.events[-1] == StreamEvent.Error(heard.error)
            assert heard.error.partial.content == heard.text
    else:
        assert isinstance(heard.events[-1], StreamEvent.Done)
    _assert_good_as_new(client, server)


def _assert_tells_its_request(error: VllmError, server: SimulatedVllm) -> None:
    assert error.path == "/v1/chat/completions"
    assert error.request_ids == (server.requests[-1].headers["x-request-id"],)


def _assert_good_as_new(client: Any, server: SimulatedVllm) -> None:
    server.wait_until(lambda: server.running == 0)
    assert client.health(timeout=LONG)


def test_error_event_before_the_first_delta_is_raised_like_that_of_a_plain_call(
    client: Any, server: SimulatedVllm
) -> None:
    failing = Reply(WORDS, error=InStreamError("dead", after=0))
    server.reply(failing, failing)
    with pytest.raises(ApiError) as plain:
        ask(client)
    heard = hear(client)
    assert isinstance(heard.error, ApiError)
    assert not heard.opened
    assert (heard.error.code, heard.error.message) == (plain.value.code, plain.value.message)


def test_error_event_after_it_is_a_stream_error(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply(WORDS, error=InStreamError("dead", after=2)))
    heard = hear(client)
    assert type(heard.error) is StreamError
    assert (heard.error.code, heard.error.message) == (500, "dead")
    assert (heard.text, heard.error.partial.content) == ("Recursion is", "Recursion is")


def _answering(answer: bytes, after: bytes = b"") -> Any:
    def treat(visit: Visit) -> None:
        while True:
            visit.read_request()
            visit.send(answer + after)

    return treat


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_connection_with_garbage_after_the_body_is_closed(
    facade: SyncFacade, streamed: bool
) -> None:
    answer = HELLO_STREAM if streamed else HELLO
    with RawServer(_answering(answer, after=b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        client = facade.client(server.base_url)
        for _ in range(2):
            assert (hear(client).text if streamed else ask(client).content) == "Hello!"
        assert server.visits == 2


@pytest.mark.parametrize("start", [b"", b"\n", b"\0"])
def test_garbage_on_an_idle_connection_does_not_reach_a_call(
    facade: SyncFacade, start: bytes
) -> None:
    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(HELLO)
        answered.wait(LONG)
        answered.clear()
        visit.send(start + HELLO.replace(b"Hello!", b"Wrong!"))
        sent.release()
        visit.wait_until_left()

    answered, sent = threading.Event(), threading.Semaphore(0)
    with RawServer(treat) as server:
        client = facade.client(server.base_url)
        for _ in range(3):
            assert ask(client).content == "Hello!"
            answered.set()
            sent.acquire()
            facade.settle()
        assert server.visits == 3


PLAIN_GARBAGE = {
    "a bad chunk size": (STREAM_HEAD + b"xyz\r\n", HttpError),
    "10 MB of a chunk's size": (STREAM_HEAD + b"1" * 10_000_000, HttpError),
    "a chunk longer than its size": (STREAM_HEAD + b"2\r\nabcd\r\n", HttpError),
    "an unknown transfer-encoding": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
        HttpError,
    ),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        HttpError,
    ),
    "an unknown content-encoding": (http(ANSWER, more="content-encoding: br\r\n"), HttpError),
    "no gzip after all": (http(ANSWER, more="content-encoding: gzip\r\n"), HttpError),
    "a switch of protocols": (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", HttpError),
    "HTTP/2": (b"\0\0\x12\x04\0\0\0\0\0" * 3, HttpError),
    "HTTP/0.9": (b"<html>Hello!</html>", HttpError),
    "an empty body": (http(b""), ParseError),
    "HTML": (http(b"<html>Hello!</html>", kind="text/html"), ParseError),
    "JSON of another kind": (http(b"[1, 2]"), ParseError),
    "a stream for a plain call": (HELLO_STREAM, ParseError),
}


@pytest.mark.parametrize(("answer", "error"), PLAIN_GARBAGE.values(), ids=PLAIN_GARBAGE)
def test_garbage_for_a_plain_call(
    facade: SyncFacade, answer: bytes, error: type[VllmError]
) -> None:
    with RawServer(_answering(answer)) as server:
        client = facade.client(server.base_url)
        with pytest.raises(VllmError) as caught:
            ask(client)
        assert type(caught.value) is error
        assert server.visits == 1, "what is no matter of time is not tried again"


STREAM_GARBAGE = {
    "JSON that is no answer": (http(b'{"hi": 1}'), ParseError, False),
    "HTML labelled as events": (
        STREAM_HEAD + chunked(b"<html><title>Log in</title>"),
        ParseError,
        False,
    ),
    "no content-type": (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", ParseError, False),
    "an event that is no JSON": (STREAM_HEAD + chunked(b"data: {no\n\n"), ParseError, False),
    "such an event later": (
        STREAM_HEAD + chunked(chunk("Hello!"), b"data: {no\n\n"),
        StreamError,
        True,
    ),
    "bytes that are no UTF-8": (STREAM_HEAD + chunked(b"data: \xff\n\n"), StreamError, False),
    "[DONE] at once": (STREAM_HEAD + chunked(DONE) + LAST_CHUNK, StreamError, False),
    "an empty body": (STREAM_HEAD + LAST_CHUNK, StreamError, False),
    "no finish_reason": (
        STREAM_HEAD + chunked(chunk("Hello!"), DONE) + LAST_CHUNK,
        StreamError,
        True,
    ),
}


@pytest.mark.parametrize(("answer", "error", "opened"), STREAM_GARBAGE.values(), ids=STREAM_GARBAGE)
def test_garbage_for_a_stream(
    facade: SyncFacade, answer: bytes, error: type[VllmError], opened: bool
) -> None:
    with RawServer(_answering(answer)) as server:
        heard = hear(facade.client(server.base_url, retry=None))
        assert (type(heard.error), heard.opened) == (error, opened)
        assert heard.text == ("Hello!" if opened else "")


def test_an_answer_instead_of_a_stream_is_read_as_one(facade: SyncFacade) -> None:
    with RawServer(_answering(HELLO)) as server:
        heard = hear(facade.client(server.base_url, retry=None))
        assert (heard.error, heard.opened, heard.text) == (None, True, "Hello!")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_unsolicited_compression_of_a_body_is_decoded(
    client: Any, server: SimulatedVllm, encoding: str
) -> None:
    headers = {"content-encoding": encoding, "content-type": "application/json"}
    server.reply(RawReply(200, gzip.compress(ANSWER), headers))
    assert ask(client).content == "Hello!"
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_unsolicited_compression_of_a_stream_is_decoded(client: Any, server: SimulatedVllm) -> None:
    body = gzip.compress(chunk("Hel") + chunk("lo!") + chunk("", "stop") + DONE)
    headers = {"content-encoding": "gzip", "content-type": "text/event-stream"}
    server.reply(RawReply(200, body, headers), faults=[Split(1)])
    assert hear(client).text == "Hello!"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_refused_and_credentials_are_not_sent_there(
    facade: SyncFacade, server: SimulatedVllm, status: int
) -> None:
    with SimulatedVllm() as other:
        client = facade.client(server.base_url, api_key="sk-secret")
        server.reply(*[RawReply(status, b"", {"location": other.base_url})] * 2)
        with pytest.raises(HttpError, match=f"{status} redirects to") as caught:
            ask(client)
        assert caught.value.status == status
        heard = hear(client)
        assert type(heard.error) is HttpError
        assert other.requests == []
    assert len(server.requests) == 2


BIG = 20_000_000


@pytest.mark.parametrize("held_open", [True, False], ids=["held open", "closed"])
def test_answer_to_a_large_upload_that_the_server_does_not_read_is_received(
    facade: SyncFacade, held_open: bool
) -> None:
    def refuse(visit: Visit) -> None:
        visit.read_head()
        visit.send(http(b'{"error": "too large"}', status="413 Content Too Large"))
        if held_open:
            leaving.wait(LONG)

    leaving = threading.Event()
    with RawServer(refuse) as server:
        client = facade.client(server.base_url, retry=None)
        with pytest.raises(ApiError) as caught:
            ask(client, extra_body={"padding": "x" * BIG})
        leaving.set()
        assert (caught.value.code, caught.value.message) == (413, "too large")


def test_connection_that_ends_during_a_large_upload(facade: SyncFacade) -> None:
    def leave(visit: Visit) -> None:
        visit.read_head()
        visit.reset()

    with RawServer(leave) as server:
        client = facade.client(server.base_url, retry=None)
        with pytest.raises(IoError):
            ask(client, extra_body={"padding": "x" * BIG})


def test_server_that_goes_silent_during_a_large_upload(facade: SyncFacade) -> None:
    def hang_up_and_read_no_more(visit: Visit) -> None:
        visit.read_head()
        visit.socket.shutdown(socket.SHUT_WR)
        leaving.wait(LONG)

    leaving = threading.Event()
    with RawServer(hang_up_and_read_no_more) as server:
        client = facade.client(server.base_url, retry=None, timeout=Timeout(token=LONG))
        began = monotonic()
        with pytest.raises(IoError) as caught:
            ask(client, extra_body={"padding": "x" * BIG})
        leaving.set()
        assert not isinstance(caught.value, IoTimeout)
        assert monotonic() - began < LONG


def test_stalled_upload_ends_with_its_timeout(facade: SyncFacade) -> None:
    leaving = threading.Event()

    def read_no_more(visit: Visit) -> None:
        visit.read_head()
        leaving.wait(LONG)

    with RawServer(read_no_more) as server:
        client = facade.client(server.base_url, timeout=SHORT_TOKEN)
        with pytest.raises(IoTimeout) as caught:
            ask(client, extra_body={"padding": "x" * BIG})
        leaving.set()
        assert caught.value.clock == "token"
        assert server.visits == 1


def test_large_upload_arrives_whole(client: Any, server: SimulatedVllm) -> None:
    padding = "x" * BIG
    assert ask(client, extra_body={"padding": padding}).finish_reason == "stop"
    assert server.requests[0].json["padding"] == padding


def test_large_answer_arrives_whole(client: Any, server: SimulatedVllm) -> None:
    text = "recursion " * 500_000
    server.reply(Reply([text]))
    assert ask(client).content == text


def test_10_mb_of_a_header_are_not_kept_in_memory(facade: SyncFacade) -> None:
    with RawServer(_answering(b"HTTP/1.1 200 OK\r\nx: " + b"x" * 10_000_000)) as server:
        client = facade.client(server.base_url, retry=None)
        tracemalloc.start()
        try:
            with pytest.raises(HttpError):
                ask(client)
            used, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert used < 2_000_000


@pytest.mark.parametrize("body", [b"\x0b\x02\x80page\x03", gzip.compress(b"page")[:-2]])
def test_an_error_of_unknown_encoding_is_still_an_api_error(
    client: Any, server: SimulatedVllm, body: bytes
) -> None:
    encoding = "gzip" if body.startswith(b"\x1f") else "br"
    server.reply(RawReply(503, body, {"content-encoding": encoding}), RawReply(200, ANSWER))

    assert ask(client).content == "Hello!"
    assert len(server.requests) == 2


@pytest.mark.parametrize("before", [b"", chunk("")], ids=["no event", "an empty delta"])
def test_a_stream_that_breaks_before_its_first_delta_has_no_partial(
    facade: SyncFacade, before: bytes
) -> None:
    body = before + chunk("A").replace(b"A", b"A\xff")
    with RawServer(_answering(http(body, kind="text/event-stream"))) as server:
        error = hear(facade.client(server.base_url, retry=None)).error

    assert isinstance(error, StreamError)
    assert error.partial is None
