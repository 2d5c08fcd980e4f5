"""Unusual but valid HTTP, and responses that try to exhaust the client."""

from __future__ import annotations

import gzip
import threading
import zlib
from collections.abc import Callable

import pytest

from tests.facades.dialogue import (
    ANSWER,
    DONE,
    HELLO,
    LAST_CHUNK,
    ask,
    chunk,
    chunked,
    hear,
    http,
)
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import HttpError, IoError

STREAM = (chunk("Hello!"), chunk("", "stop"), DONE)


def always(answer: bytes) -> Callable[[Visit], None]:
    def treat(visit: Visit) -> None:
        while True:
            visit.read_request()
            visit.send(answer)

    return treat


def head(*lines: str, kind: str = "application/json") -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", f"content-type: {kind}", *lines, "", ""]).encode()


CHUNKED = {
    "one line": ["transfer-encoding: chunked, chunked"],
    "other case and blanks": ["Transfer-Encoding:  Chunked ", "transfer-encoding:chunked"],
    "three lines": ["transfer-encoding: chunked"] * 3,
}


@pytest.mark.parametrize("lines", CHUNKED.values(), ids=CHUNKED)
def test_chunked_given_several_times_counts_once(facade: SyncFacade, lines: list[str]) -> None:
    plain = head(*lines) + chunked(ANSWER[:9], ANSWER[9:]) + LAST_CHUNK
    events = head(*lines, kind="text/event-stream") + chunked(*STREAM) + LAST_CHUNK
    with RawServer(always(plain)) as server:
        client = facade.client(server.base_url, retry=None)
        assert ask(client).content == "Hello!"
        assert ask(client).content == "Hello!"
    with RawServer(always(events)) as server:
        heard = hear(facade.client(server.base_url, retry=None))
        assert (heard.text, heard.error) == ("Hello!", None)


def test_chunked_before_another_coding_is_an_http_error(facade: SyncFacade) -> None:
    answer = head("transfer-encoding: chunked, gzip") + chunked(ANSWER) + LAST_CHUNK
    with RawServer(always(answer)) as server, pytest.raises(HttpError):
        ask(facade.client(server.base_url, retry=None))


def test_connection_with_two_framings_is_closed(facade: SyncFacade) -> None:
    lengths = head("content-length: 5", "transfer-encoding: chunked")
    with RawServer(always(lengths + chunked(ANSWER) + LAST_CHUNK)) as server:
        client = facade.client(server.base_url, retry=None)
        assert ask(client).content == "Hello!"
        assert ask(client).content == "Hello!"
        assert server.visits == 2


@pytest.mark.parametrize(
    "coding", ["UTF-8", "binary", "8bit", "identity, none", "", "aws-chunked, utf-8", "iso-8859-1"]
)
def test_coding_that_is_none_is_identity(facade: SyncFacade, coding: str) -> None:
    plain = http(ANSWER, more=f"content-encoding: {coding}\r\n")
    events = head(f"content-encoding: {coding}", "connection: close", kind="text/event-stream")
    with RawServer(always(plain)) as server:
        assert ask(facade.client(server.base_url, retry=None)).content == "Hello!"

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(events + b"".join(STREAM))

    with RawServer(treat) as server:
        heard = hear(facade.client(server.base_url, retry=None))
        assert (heard.text, heard.error) == ("Hello!", None)


def test_gzip_beside_a_coding_that_is_none_is_undone(facade: SyncFacade) -> None:
    answer = http(gzip.compress(ANSWER), more="content-encoding: aws-chunked, gzip\r\n")
    with RawServer(always(answer)) as server:
        assert ask(facade.client(server.base_url, retry=None)).content == "Hello!"


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, br", "x-compress"])
def test_registered_coding_that_is_not_undone_is_named(facade: SyncFacade, coding: str) -> None:
    with RawServer(always(http(ANSWER, more=f"content-encoding: {coding}\r\n"))) as server:
        with pytest.raises(HttpError, match=coding.rpartition(" ")[2]):
            ask(facade.client(server.base_url, retry=None))
        assert server.visits == 1


# 20 MiB of blanks in 20 KB
BOMB = gzip.compress(b" " * (20 << 20), 9)
BOMBS = {
    "gzip": ("gzip", BOMB),
    "deflate": ("deflate", zlib.compress(b" " * (20 << 20), 9)),
    "two members": ("gzip", gzip.compress(b"{") + BOMB),
    "gzip of gzip": ("gzip, gzip", gzip.compress(BOMB)),
}


@pytest.mark.parametrize(("coding", "body"), BOMBS.values(), ids=BOMBS)
def test_body_of_an_extreme_ratio_is_refused(facade: SyncFacade, coding: str, body: bytes) -> None:
    with (
        RawServer(always(http(body, more=f"content-encoding: {coding}\r\n"))) as server,
        pytest.raises(HttpError),
    ):
        ask(facade.client(server.base_url, retry=None))


def test_bomb_in_a_stream_is_no_stream_that_was_cut(facade: SyncFacade) -> None:
    bomb = http(BOMB, kind="text/event-stream", more="content-encoding: gzip\r\n")
    with RawServer(always(bomb)) as server:
        error = hear(facade.client(server.base_url, retry=None)).error
    assert isinstance(error, HttpError) or isinstance(error and error.__cause__, HttpError)


def test_compressed_answer_of_a_high_but_ordinary_ratio(facade: SyncFacade) -> None:
    text = b"no " * 20_000
    body = ANSWER.replace(b"Hello!", text)
    halves = gzip.compress(body[:1000]) + gzip.compress(body[1000:])
    for packed in (gzip.compress(body, 9), halves):
        with RawServer(always(http(packed, more="content-encoding: gzip\r\n"))) as server:
            assert ask(facade.client(server.base_url, retry=None)).content == text.decode()


def test_some_informational_answers_are_passed_over(facade: SyncFacade) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n"
    with RawServer(always(b"HTTP/1.1 102 Processing\r\n\r\n" * 5 + hints + HELLO)) as server:
        client = facade.client(server.base_url, retry=None)
        assert ask(client).content == "Hello!"
        assert ask(client).content == "Hello!"
        assert server.visits == 1


@pytest.mark.parametrize("status", [b"100 Continue", b"102 Processing", b"199 Odd"])
def test_informational_answers_without_end_are_an_error(facade: SyncFacade, status: bytes) -> None:
    left = threading.Event()

    def treat(visit: Visit) -> None:
        visit.read_request()
        try:
            while True:
                visit.send((b"HTTP/1.1 " + status + b"\r\n\r\n") * 1000)
        except OSError:
            left.set()

    with RawServer(treat) as server:
        with pytest.raises(HttpError):
            ask(facade.client(server.base_url, retry=None, timeout=20))
        assert left.wait(10)


def test_switching_protocols_is_no_answer(facade: SyncFacade) -> None:
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"
    with RawServer(always(upgrade)) as server, pytest.raises((HttpError, IoError)):
        ask(facade.client(server.base_url, retry=None, timeout=5))


UNASKED = {
    "a second answer": HELLO,
    "a timeout": b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    "a blank line": b"\r\n",
    "one byte": b"0",
}


@pytest.mark.parametrize("unasked", UNASKED.values(), ids=UNASKED)
def test_data_on_an_idle_connection_is_never_an_answer(facade: SyncFacade, unasked: bytes) -> None:
    sent, go_on = threading.Event(), threading.Event()

    def first(visit: Visit) -> None:
        visit.read_request()
        visit.send(HELLO)
        assert go_on.wait(10)
        visit.send(unasked)
        sent.set()
        visit.wait_until_left()

    second = always(http(ANSWER.replace(b"Hello!", b"second")))
    with RawServer(first, second) as server:
        client = facade.client(server.base_url, retry=None)
        assert ask(client).content == "Hello!"
        go_on.set()
        assert sent.wait(10)
        assert ask(client).content == "second"


def test_data_behind_an_answer_in_the_same_segment_is_never_an_answer(facade: SyncFacade) -> None:
    first = HELLO + http(b'{"error": {"message": "stale"}}', "500 Internal Server Error")

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(first)
        visit.wait_until_left()

    second = always(http(ANSWER.replace(b"Hello!", b"second")))
    with RawServer(treat, second) as server:
        client = facade.client(server.base_url, retry=None)
        assert ask(client).content == "Hello!"
        assert ask(client).content == "second"
