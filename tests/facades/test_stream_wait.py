"""`wait=False`: a stream is returned once its request is sent, and opened by its first read."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.facades.dialogue import HELLO_STREAM, QUESTION, http, stream
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.stream_kinds import KINDS, Kind, error_of
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    IoError,
    IoTimeout,
    RequestError,
    RetryPolicy,
    ServerUnavailableError,
    StreamError,
    StreamEvent,
    Timeout,
)
from vllm_client.testing import ErrorReply, Reply, SimulatedVllm

EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
AT_ONCE = RetryPolicy(max_retries=2, first_wait=0.001)


class Queue:
    """Delay the response to a request, including its head, until `go_on` is set."""

    def __init__(self, answer: bytes = HELLO_STREAM) -> None:
        self._answer = answer
        self.came = threading.Event()
        self.go_on = threading.Event()
        self.left = threading.Event()

    def __call__(self, visit: Visit) -> None:
        visit.read_request()
        self.came.set()
        if self.go_on.is_set():
            visit.send(self._answer)
            return
        waiting = threading.Thread(target=self._wait_until_left, args=(visit,))
        waiting.start()
        while waiting.is_alive() and not self.go_on.wait(0.01):
            pass
        if self.go_on.is_set():
            visit.send(self._answer)
        waiting.join()

    def _wait_until_left(self, visit: Visit) -> None:
        visit.wait_until_left()
        self.left.set()


@EACH_KIND
def test_a_stream_is_returned_before_its_head(facade: SyncFacade, kind: Kind) -> None:
    queue = Queue(kind.whole)
    with RawServer(queue) as server:
        client = facade.client(server.base_url)
        with kind.open(client, wait=False) as reading:
            assert queue.came.wait(10), "the request is sent"
            assert reading.partial is not None
            assert reading.usage is None
            queue.go_on.set()
            assert kind.text(reading.response()) == "ab"


@EACH_KIND
def test_closing_before_the_first_read_ends_the_request(facade: SyncFacade, kind: Kind) -> None:
    queue = Queue()
    with RawServer(queue) as server:
        reading = kind.open(facade.client(server.base_url), wait=False)
        assert queue.came.wait(10)
        reading.close()
        assert queue.left.wait(10), "the connection is closed"
        for read in (lambda: next(iter(reading)), reading.response):
            error = error_of(read)
            assert (type(error), error.message) == (StreamError, "closed by the reader")
            assert error.partial == reading.partial
        assert server.visits == 1, "no attempt follows"


def test_headers_and_request_ids_are_set_as_the_stream_opens(
    client: Any, server: SimulatedVllm
) -> None:
    with stream(client, wait=False) as reading:
        assert (dict(reading.headers), len(reading.request_ids)) == ({}, 1)
        next(iter(reading))
        assert reading.headers["content-type"].startswith("text/event-stream")
        assert reading.request_id == server.requests[0].headers["x-request-id"]


def test_events_are_the_same_as_with_waiting(client: Any, server: SimulatedVllm) -> None:
    server.reply(*[Reply(["a", "b"])] * 2)
    with stream(client) as reading:
        whole = [type(event) for event in reading]
    with stream(client, wait=False) as reading:
        assert [type(event) for event in reading] == whole
        assert reading.text() == "ab"
    assert {request.connection for request in server.requests} == {1}
    assert "wait" not in (server.requests[-1].json or {})


def test_retries_run_inside_the_first_read(client: Any, server: SimulatedVllm) -> None:
    server.reply(ErrorReply(503), ErrorReply(503), Reply(["a"]))
    with stream(client, wait=False, retry=AT_ONCE) as reading:
        server.wait_until(lambda: len(server.requests) == 1)
        assert len(reading.request_ids) == 1
        assert next(iter(reading)).delta == "a"
        sent = [request.headers["x-request-id"] for request in server.requests]
        assert list(reading.request_ids) == sent
        assert len(sent) == 3


def test_an_error_is_raised_by_the_first_and_every_later_read(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(*[ErrorReply(503)] * 3)
    with stream(client, wait=False, retry=AT_ONCE) as reading:
        errors = [error_of(read) for read in (lambda: next(iter(reading)), reading.response)]
        assert reading.partial.choices == []
    assert type(errors[0]) is ServerUnavailableError
    assert errors[0] is errors[1]
    assert len(errors[0].request_ids) == len(reading.request_ids) == 3


def test_a_lost_connection_is_replaced_by_the_first_read(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(HELLO_STREAM)

    with RawServer(lambda visit: (visit.read_request(), visit.reset()), answer) as server:
        client = facade.client(server.base_url, retry=AT_ONCE)
        with stream(client, wait=False) as reading:
            assert reading.text() == "Hello!"
        assert len(reading.request_ids) == 2


def test_a_pooled_connection_that_died_is_replaced(facade: SyncFacade) -> None:
    def answer_and_close(visit: Visit) -> None:
        visit.read_request()
        visit.send(HELLO_STREAM)
        visit.read_request()

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(HELLO_STREAM)

    with RawServer(answer_and_close, answer) as server:
        client = facade.client(server.base_url, retry=None)
        assert stream(client).text() == "Hello!"
        with stream(client, wait=False) as reading:
            assert reading.text() == "Hello!"


def test_errors_before_the_request_is_sent_are_raised_immediately(facade: SyncFacade) -> None:
    with RawServer(lambda visit: None) as server:
        url = server.base_url
    client = facade.client(url, retry=None)
    error = error_of(lambda: stream(client, wait=False))
    assert isinstance(error, IoError)
    assert not error.may_have_arrived


def test_the_token_timeout_starts_with_the_first_read(facade: SyncFacade) -> None:
    queue = Queue()
    with RawServer(queue) as server:
        client = facade.client(server.base_url, timeout=Timeout(token=0.5), retry=None)
        with stream(client, wait=False) as reading:
            assert queue.came.wait(10)
            queue.go_on.set()
            time.sleep(0.8)
            assert reading.text() == "Hello!"
    queue = Queue()
    with RawServer(queue) as server:
        client = facade.client(server.base_url, timeout=Timeout(token=0.2), retry=None)
        with stream(client, wait=False) as reading:
            error = error_of(reading.response)
        assert (type(error), error.clock) == (IoTimeout, "token")
        assert queue.left.wait(10)


def test_a_garbage_collected_stream_ends_the_request(facade: SyncFacade) -> None:
    queue = Queue()
    with RawServer(queue) as server:
        client = facade.client(server.base_url, max_connections=1)
        reading = stream(client, wait=False)
        assert queue.came.wait(10)
        del reading
        gc.collect()
        assert queue.left.wait(10)
        queue.go_on.set()
        assert stream(client).text() == "Hello!", "its place is free again"


def test_a_stream_closed_during_its_first_read_wakes_the_reader(facade: SyncFacade) -> None:
    queue = Queue()
    errors: list[Any] = []
    with RawServer(queue) as server:
        reading = stream(facade.client(server.base_url, retry=AT_ONCE), wait=False)
        reader = threading.Thread(target=lambda: errors.append(error_of(reading.response)))
        reader.start()
        assert queue.came.wait(10)
        time.sleep(0.2)
        second = error_of(lambda: next(iter(reading)))
        assert (type(second), "reading this stream" in str(second)) == (RequestError, True)
        reading.close()
        reader.join(10)
        assert not reader.is_alive()
        assert (type(errors[0]), errors[0].message) == (StreamError, "closed by the reader")
        assert server.visits == 1, "no attempt follows"


def test_a_stream_closed_between_two_attempts_makes_no_more(facade: SyncFacade) -> None:
    refused = threading.Event()

    def refuse(visit: Visit) -> None:
        visit.read_request()
        visit.send(http(b"{}", "503 Busy", more="retry-after: 1\r\n"))
        refused.set()

    errors: list[Any] = []
    with RawServer(refuse) as server:
        reading = stream(facade.client(server.base_url), wait=False)
        reader = threading.Thread(target=lambda: errors.append(error_of(reading.response)))
        reader.start()
        assert refused.wait(10)
        time.sleep(0.3)
        reading.close()
        reader.join(10)
        assert not reader.is_alive()
        assert (type(errors[0]), errors[0].message) == (StreamError, "closed by the reader")
        assert server.visits == 1


@pytest.mark.parametrize("early", [True, False], ids=["before", "during"])
def test_cancellation_ends_the_request_at_once(early: bool) -> None:
    queue = Queue()

    async def serve(client: AsyncVllmClient, opened: asyncio.Event) -> None:
        async with client.chat.completions.stream(**QUESTION, wait=False) as reading:
            opened.set()
            try:
                if early:
                    await asyncio.sleep(60)
                await reading.response()
            finally:
                assert reading.partial.choices == []

    async def main(url: str) -> None:
        async with AsyncVllmClient(url) as client:
            opened = asyncio.Event()
            task = asyncio.create_task(serve(client, opened))
            await opened.wait()
            await asyncio.to_thread(queue.came.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(queue.left.wait, 10)

    with RawServer(queue) as server:
        asyncio.run(main(server.base_url))
        assert server.visits == 1


def test_over_httpx_errors_belong_to_the_first_read_too(
    facade_over_httpx: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade_over_httpx.client(server.base_url, retry=AT_ONCE)
    server.reply(ErrorReply(503), Reply(["a"]))
    with stream(client, wait=False) as reading:
        assert reading.text() == "a"
    server.reply(ErrorReply(400))
    with stream(client, wait=False) as reading:
        assert error_of(reading.response).code == 400


def _note() -> None:
    """A function that the model may call."""


PLAIN: dict[str, Callable[[Any], Any]] = {
    "chat": lambda client: client.chat.completions.create(**QUESTION, wait=False),
    "builder": lambda client: (
        client.chat.completions.create().messages(QUESTION["messages"]).options(wait=False).send()
    ),
    "parse": lambda client: client.chat.completions.parse(
        response_format=int, **QUESTION, wait=False
    ),
    "run_tools": lambda client: client.chat.completions.run_tools(
        tools=[_note], **QUESTION, wait=False
    ),
    "completions": lambda client: client.completions.create(prompt="Hi", wait=False),
    "responses": lambda client: client.responses.create(input="Hi", wait=False),
    "retrieve": lambda client: client.responses.retrieve("resp_1", wait=False),
    "render": lambda client: client.responses.render(input="Hi", wait=False),
    "messages": lambda client: client.messages.create(**QUESTION, max_tokens=1, wait=False),
    "audio": lambda client: client.audio.transcriptions.create(file=b"RIFF", wait=False),
    "inference": lambda client: client.inference.generate(
        token_ids=[1], sampling_params={}, wait=False
    ),
    "embeddings": lambda client: client.embeddings.create(input="Hi", wait=False),
    "raw": lambda client: client.stream_request("GET", "/", wait=False),
}


@pytest.mark.parametrize("call", PLAIN.values(), ids=PLAIN)
def test_wait_is_refused_by_calls_without_a_stream(
    client: Any, server: SimulatedVllm, call: Callable[[Any], Any]
) -> None:
    with pytest.raises(RequestError, match="wait"):
        call(client)
    assert server.requests == []


def test_wait_must_be_true_or_false(client: Any) -> None:
    with pytest.raises(RequestError, match="wait: expected True or False, got 0"):
        stream(client, wait=0)


def test_wait_true_is_accepted(client: Any, server: SimulatedVllm) -> None:
    server.reply(ErrorReply(400))
    with pytest.raises(ApiError):
        stream(client, wait=True)
    assert isinstance(list(stream(client, wait=True))[-1], StreamEvent.Done)
