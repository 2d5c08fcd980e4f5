"""Regression tests for responses of hostile or unusual servers."""

from __future__ import annotations

from time import monotonic

import pytest

from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import Left, RawServer, Visit
from vllm_client import (
    IoTimeout,
    RequestError,
    StreamError,
    StreamEvent,
    StreamTimeout,
    Thinking,
    Timeout,
    user,
)
from vllm_client.testing import Cut, Reply, SimulatedVllm

STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
# Max seconds; an operation without a limit takes minutes, until the server stops.
LONG = 20.0


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _delta(text: str) -> bytes:
    return _chunk(b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % text.encode())


def _flood(visit: Visit, start: bytes, piece: bytes) -> None:
    visit.read_request()
    visit.send(start)
    until = monotonic() + 120
    try:
        while monotonic() < until:
            visit.send(piece)
    except OSError:
        raise Left from None


def test_text_after_empty_reasoning_is_returned_immediately_and_not_retried(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    words = ["<think>", "</think>", "one", " two", " three"]
    server.reply(Reply(words), faults=[Cut(after=6, of="events")])
    with facade.client(server.base_url).chat.completions.stream(messages=[user("Hi")]) as stream:
        *events, last = list(stream.take(4))
    assert [event.delta for event in events] == ["one", " two", " three"]
    assert isinstance(last, StreamEvent.Error)
    assert last.error.partial.content == "one two three"
    assert len(server.requests) == 1


def test_reasoning_opened_by_the_prompt_that_ends_immediately(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.reply(Reply(["</think>", "one", " two"]))
    client = facade.client(server.base_url, thinking=Thinking(opened=True))
    with client.chat.completions.stream(messages=[user("Hi")]) as stream:
        assert stream.text() == "one two"


@pytest.mark.parametrize(
    "piece", [_delta("x"), _chunk(b": keep-alive\n\n")], ids=["tokens", "comments"]
)
def test_the_total_timeout_ends_an_endless_stream(facade: SyncFacade, piece: bytes) -> None:
    began = monotonic()
    with RawServer(lambda visit: _flood(visit, STREAM + _delta("first"), piece * 50)) as raw:
        client = facade.client(f"http://127.0.0.1:{raw.port}", timeout=1, retry=None)
        with (
            pytest.raises(StreamTimeout) as caught,
            client.chat.completions.stream(messages=[user("Hi")]) as stream,
        ):
            for _ in stream:
                pass
    assert caught.value.clock == "total"
    assert monotonic() - began < LONG


def test_endless_comments_do_not_count_as_tokens(facade: SyncFacade) -> None:
    began = monotonic()
    comments = _chunk(b": keep-alive\n\n") * 50
    with RawServer(lambda visit: _flood(visit, STREAM + _delta("first"), comments)) as raw:
        client = facade.client(
            f"http://127.0.0.1:{raw.port}", timeout=Timeout(token=0.5), retry=None
        )
        with (
            pytest.raises(StreamTimeout) as caught,
            client.chat.completions.stream(messages=[user("Hi")]) as stream,
        ):
            for _ in stream:
                pass
    assert caught.value.clock == "token"
    assert monotonic() - began < LONG


def test_the_total_timeout_ends_an_endless_body(facade: SyncFacade) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n"
    began = monotonic()
    with RawServer(lambda visit: _flood(visit, head, b" " * 1000)) as raw:
        client = facade.client(f"http://127.0.0.1:{raw.port}", timeout=1, retry=None)
        with pytest.raises(IoTimeout) as caught:
            client.models.list()
    assert caught.value.clock == "total"
    assert monotonic() - began < LONG


def test_endless_data_after_done_is_not_read(facade: SyncFacade) -> None:
    finish = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    start = STREAM + _delta("all") + _chunk(finish + b"data: [DONE]\n\n")
    began = monotonic()
    with RawServer(lambda visit: _flood(visit, start, _chunk(b": more\n\n") * 50)) as raw:
        client = facade.client(f"http://127.0.0.1:{raw.port}")
        with client.chat.completions.stream(messages=[user("Hi")]) as stream:
            assert stream.text() == "all"
    assert monotonic() - began < LONG


def test_events_before_garbage_in_the_same_read_are_kept(facade: SyncFacade) -> None:
    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM + _delta("one") + _delta(" two") + b"zz\r\n")
        visit.wait_until_left()

    with RawServer(treat) as raw:
        client = facade.client(f"http://127.0.0.1:{raw.port}", retry=None)
        with (
            pytest.raises(StreamError) as caught,
            client.chat.completions.stream(messages=[user("Hi")]) as stream,
        ):
            for _ in stream:
                pass
    assert caught.value.partial.content == "one two"


def test_a_slow_reader_gets_every_event_that_has_arrived(facade: SyncFacade) -> None:
    finish = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    with RawServer(
        lambda visit: (
            visit.read_request(),
            visit.send(STREAM + _delta("one")),
            sent.wait(10),
            visit.send(_delta(" two") + _chunk(finish) + b"0\r\n\r\n"),
            visit.wait_until_left(),
        )
    ) as raw:
        import threading

        sent = threading.Event()
        client = facade.client(
            f"http://127.0.0.1:{raw.port}", timeout=Timeout(token=0.5, idle=0.5), retry=None
        )
        with client.chat.completions.stream(messages=[user("Hi")]) as stream:
            stream.__next__()
            threading.Event().wait(0.8)  # the reader pauses for longer than both timeouts
            sent.set()
            assert stream.text() == "one two"


def test_media_types_are_case_insensitive(facade: SyncFacade) -> None:
    finish = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    head = STREAM.replace(b"text/event-stream", b"Text/Event-Stream; charset=UTF-8")

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(head + _delta("all") + _chunk(finish) + b"0\r\n\r\n")
        visit.wait_until_left()

    with (
        RawServer(treat) as raw,
        facade.client(f"http://127.0.0.1:{raw.port}").chat.completions.stream(
            messages=[user("Hi")]
        ) as stream,
    ):
        assert stream.text() == "all"


def test_an_endless_error_body_is_truncated(facade: SyncFacade) -> None:
    head = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 1000000000\r\n\r\n"
    with RawServer(lambda visit: _flood(visit, head, b"x" * 10_000)) as raw:
        client = facade.client(f"http://127.0.0.1:{raw.port}", retry=None)
        with pytest.raises(Exception, match="400") as caught:
            client.models.list()
    assert len(caught.value.body) < 10_000


@pytest.mark.parametrize("call", ["health", "version"])
def test_a_misspelt_option_of_a_query_is_refused(facade: SyncFacade, call: str) -> None:
    client = facade.client("http://127.0.0.1:9")
    with pytest.raises(RequestError, match="did you mean timeout"):
        getattr(client, call)(timeot=1)
