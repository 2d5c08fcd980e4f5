"""Connections of streams: ownership, return to the pool, and closing early."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tests.facades.dialogue import (
    DONE,
    LAST_CHUNK,
    QUESTION,
    STREAM_HEAD,
    ask,
    chunk,
    chunked,
    hear,
    stream,
)
from tests.facades.drivers import SyncFacade, thing_of
from tests.facades.raw_server import RawServer, Visit
from vllm_client import StreamError, StreamEvent, VllmError
from vllm_client.testing import Call, Cut, Reply, SimulatedVllm, Stall

WORDS = ["Recursion", " is", " recursion", "."]
ENDLESS = Reply("word " * 3_000, pace=0.01)


def _builder_stream(client: Any) -> Any:
    builder = client.chat.completions.create().messages(QUESTION["messages"])
    return builder.send_stream()


def _chunks(client: Any) -> Any:
    return client.chat.completions.create(**QUESTION, stream=True)


def _completion_stream(client: Any) -> Any:
    return client.completions.stream(model="simulated", prompt="Recursion")


def _completion_chunks(client: Any) -> Any:
    return client.completions.create(model="simulated", prompt="Recursion", stream=True)


OPENERS: dict[str, Callable[[Any], Any]] = {
    "events": stream,
    "builder": _builder_stream,
    "chunks": _chunks,
    "completion events": _completion_stream,
    "completion chunks": _completion_chunks,
}
EACH_KIND = pytest.mark.parametrize("opened", OPENERS.values(), ids=OPENERS)


def _assert_ended(server: SimulatedVllm) -> None:
    """Assert that the client has ended the generation and closed the connection."""
    server.wait_until(lambda: server.running == 0 and server.disconnects == 1)
    server.wait_until(lambda: server.connections == 0)


class Enough(Exception):
    """Raised by a reader to leave a stream."""


def _read_until_enough(opened: Any) -> None:
    with opened as reading:
        for _ in reading:
            raise Enough


@EACH_KIND
def test_break_ends_the_generation(
    client: Any, server: SimulatedVllm, opened: Callable[[Any], Any]
) -> None:
    server.reply(ENDLESS)
    with opened(client) as reading:
        for _ in reading:
            assert server.running == 1
            break
    _assert_ended(server)


@EACH_KIND
def test_exception_ends_the_generation(
    client: Any, server: SimulatedVllm, opened: Callable[[Any], Any]
) -> None:
    server.reply(ENDLESS)
    with pytest.raises(Enough):
        _read_until_enough(opened(client))
    _assert_ended(server)


@EACH_KIND
def test_close_ends_the_generation(
    client: Any, server: SimulatedVllm, opened: Callable[[Any], Any]
) -> None:
    server.reply(ENDLESS)
    reading = opened(client)
    next(iter(reading))
    reading.close()
    _assert_ended(server)
    reading.close()  # closing twice is allowed


@EACH_KIND
def test_garbage_collected_stream_ends_the_generation(
    client: Any, server: SimulatedVllm, opened: Callable[[Any], Any]
) -> None:
    server.reply(ENDLESS)
    reading = opened(client)
    next(iter(reading))
    del reading
    gc.collect()
    _assert_ended(server)


@EACH_KIND
def test_stream_read_to_its_end_returns_its_connection(
    client: Any, server: SimulatedVllm, opened: Callable[[Any], Any]
) -> None:
    for _ in range(3):
        with opened(client) as reading:
            assert len(list(reading)) > 3
    assert {request.connection for request in server.requests} == {1}
    assert server.disconnects == 0


@EACH_KIND
def test_stream_that_is_read_to_its_end_needs_no_with_block(
    client: Any, server: SimulatedVllm, opened: Callable[[Any], Any]
) -> None:
    for _ in range(2):
        assert len(list(opened(client))) > 3
    assert {request.connection for request in server.requests} == {1}


@EACH_KIND
def test_reading_a_closed_stream_raises(
    client: Any, server: SimulatedVllm, opened: Callable[[Any], Any]
) -> None:
    with opened(client) as reading:
        next(iter(reading))
    for read in (lambda: next(iter(reading)), reading.response, lambda: list(reading.take(3))):
        with pytest.raises(StreamError, match="closed by the reader"):
            read()
    assert "closed" in repr(reading)


@EACH_KIND
def test_take_returns_n_items_and_closes(
    client: Any, server: SimulatedVllm, opened: Callable[[Any], Any]
) -> None:
    server.reply(ENDLESS)
    reading = opened(client)
    assert len(list(reading.take(3))) == 3
    _assert_ended(server)
    with pytest.raises(StreamError):
        next(iter(reading))


def test_take_of_more_items_than_exist_returns_all(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply(WORDS))
    events = list(stream(client).take(100))
    assert [event.delta for event in events[:4]] == WORDS
    assert isinstance(events[-1], StreamEvent.Done)
    assert ask(client).finish_reason == "stop"
    assert {request.connection for request in server.requests} == {1}


def test_take_of_zero_items_closes_immediately(client: Any, server: SimulatedVllm) -> None:
    server.reply(ENDLESS)
    assert list(stream(client).take(0)) == []
    _assert_ended(server)


def test_take_does_not_hide_an_error(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply(WORDS), faults=[Cut(after=3, of="events")])
    taken: list[Any] = []
    with pytest.raises(StreamError):
        taken.extend(iter(stream(client).take(10)))
    server.reply(Reply(WORDS), faults=[Cut(after=3, of="events")])
    events = list(stream(client).take(3))
    assert isinstance(events[-1], StreamEvent.Error)


def test_text_and_collect_content_read_the_rest(client: Any, server: SimulatedVllm) -> None:
    server.reply(*[Reply(WORDS, reasoning="hm")] * 3)
    with stream(client) as reading:
        assert reading.text() == "".join(WORDS)
    with stream(client) as reading:
        for _ in range(3):
            next(iter(reading))
        assert reading.collect_content() == "".join(WORDS)
        assert reading.text() == "".join(WORDS), "twice gives the same"
    assert stream(client).text() == "".join(WORDS)


def test_text_of_a_reply_without_one_is_empty(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply(tool_calls=[Call("f")]))
    assert stream(client).text() == ""


WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {}}}
REPLIES = {
    "text": (Reply(WORDS), {}),
    "reasoning": (Reply(WORDS, reasoning="Hm, recursion."), {}),
    "only reasoning": (Reply("", reasoning="Hm."), {}),
    "nothing": (Reply(""), {}),
    "calls": (
        Reply(
            reasoning="Hm.",
            tool_calls=[
                Call("get_weather", {"location": "Tokyo"}, id="call-1"),
                Call("get_weather", {"location": "Paris"}, id="call-2"),
                Call("get_time", id="call-3"),
            ],
        ),
        {"tools": [WEATHER]},
    ),
    "cut by length": (Reply(WORDS, finish_reason="length"), {}),
    "several choices": ([Reply(WORDS), Reply("Two."), Reply("", reasoning="3")], {"n": 3}),
    "logprobs": (Reply(WORDS), {"logprobs": True, "top_logprobs": 2}),
    "token ids": (Reply(WORDS), {"return_token_ids": True}),
    "stop string": (Reply(WORDS), {"stop": [" recursion"]}),
}


@pytest.mark.parametrize(("reply", "options"), REPLIES.values(), ids=REPLIES)
def test_response_is_the_plain_answer(
    any_facade: SyncFacade, server: SimulatedVllm, reply: Any, options: dict[str, Any]
) -> None:
    client = any_facade.client(server.base_url)
    server.reply(reply, reply)
    plain = ask(client, **options)
    with stream(client, **options) as reading:
        folded = reading.response()
    assert _without_what_differs(folded) == _without_what_differs(plain)


def _without_what_differs(response: Any) -> Any:
    return attrs.evolve(response, id="", object="", created=0)


def test_response_of_chunks_is_the_plain_answer(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply(WORDS), Reply(WORDS))
    options = {"stream_options": {"include_usage": True}}
    with client.chat.completions.create(**QUESTION, stream=True, **options) as chunks:
        folded = chunks.response()
    assert _without_what_differs(folded) == _without_what_differs(ask(client))


def test_reading_past_the_error_raises_it_again_and_again(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(Reply(WORDS), faults=[Cut(after=3, of="events")])
    with stream(client) as reading:
        *_, last = [next(iter(reading)) for _ in range(3)]
        assert isinstance(last, StreamEvent.Error)
        for read in (lambda: next(iter(reading)), reading.response, reading.text):
            with pytest.raises(StreamError) as caught:
                read()
            assert caught.value is last.error
    with pytest.raises(StreamError):
        reading.response()


def test_chunks_raise_the_error_of_the_stream(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply(WORDS), faults=[Cut(after=3, of="events")])
    chunks = []
    with pytest.raises(StreamError) as caught, _chunks(client) as reading:
        chunks.extend(iter(reading))
    assert [part.choices[0].delta.content for part in chunks] == ["", "Recursion", " is"]
    assert caught.value.partial.content == "Recursion is"


def test_stream_has_its_request_id_and_headers(client: Any, server: SimulatedVllm) -> None:
    with stream(client) as reading:
        assert reading.request_id == server.requests[0].headers["x-request-id"]
        assert reading.request_id in repr(reading)
        assert reading.headers["Content-Type"].startswith("text/event-stream")


def test_connection_is_closed_if_the_body_does_not_end_after_done(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(Reply(WORDS), faults=[Stall(after=10**9, of="body")])
    assert hear(client).text == "".join(WORDS)
    _assert_ended(server)
    assert ask(client).finish_reason == "stop"


def test_stream_outlives_its_client(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url)
    with stream(client) as reading:
        client.close()
        assert reading.text()
    server.wait_until(lambda: server.connections == 0)


def test_slow_reader_makes_the_server_wait(facade: SyncFacade) -> None:
    event = chunk("x" * 65_536)
    events = 600  # 40 MB: more than all buffers between server and client
    sent = 0
    stalled = threading.Event()

    def send_much(visit: Visit) -> None:
        nonlocal sent
        visit.read_request()
        visit.send(STREAM_HEAD)
        visit.socket.settimeout(1)
        framed = chunked(event)
        for _ in range(events):
            rest = memoryview(framed)
            while rest:
                try:
                    taken = visit.socket.send(rest)
                except TimeoutError:
                    stalled.set()
                    continue
                sent += taken
                rest = rest[taken:]
        stalled.set()
        visit.send(chunked(chunk("", "stop"), DONE) + LAST_CHUNK)

    with RawServer(send_much) as server:
        client = facade.client(server.base_url)
        tracemalloc.start()
        try:
            with stream(client) as reading:
                next(iter(reading))
                assert stalled.wait(30)
                held, _ = tracemalloc.get_traced_memory()
                stalled_at = sent
                length = sum(len(e.delta) for e in reading if isinstance(e, StreamEvent.Content))
        finally:
            tracemalloc.stop()
        assert stalled_at < events * len(event) / 2
        assert held < 4_000_000
        assert length == 65_536 * (events - 1)


def test_stream_closed_from_another_thread_wakes_its_reader(server: SimulatedVllm) -> None:
    facade = SyncFacade()
    client = facade.client(server.base_url)
    server.reply(Reply(WORDS), faults=[Stall(after=3, of="events")])
    heard: list[Any] = []
    waiting = threading.Event()

    def read() -> None:
        try:
            for event in reading:
                heard.append(event)
                if len(heard) == 2:
                    waiting.set()
        except VllmError as error:
            heard.append(error)

    reading = stream(client)
    reader = threading.Thread(target=read)
    reader.start()
    assert waiting.wait(10)
    reading.close()
    reader.join(10)
    assert not reader.is_alive()
    assert [event.delta for event in heard[:2]] == WORDS[:2]
    assert isinstance(heard[2], StreamError)
    _assert_ended(server)
    facade.close()


@pytest.mark.parametrize("collect", [False, True], ids=["closed", "collected"])
def test_abandoned_streams_free_their_connections(
    facade: SyncFacade, server: SimulatedVllm, collect: bool
) -> None:
    client = facade.client(server.base_url, max_connections=2)
    for _ in range(5):
        server.reply(ENDLESS)
        reading = stream(client)
        next(iter(reading))
        if not collect:
            reading.close()
        del reading
        gc.collect()
    assert ask(client).finish_reason == "stop"
    server.wait_until(lambda: server.running == 0)
    assert server.disconnects == 5


def test_stream_has_its_own_class(client: Any, server: SimulatedVllm) -> None:
    with stream(client) as reading:
        assert thing_of(iter(reading)) is thing_of(reading), "no generator stands between"
