"""Streams that stay open after their end, are left by the reader, or are not waited for."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.facades.dialogue import (
    DONE,
    HELLO_STREAM,
    LAST_CHUNK,
    QUESTION,
    STREAM_HEAD,
    chunk,
    chunked,
    stream,
)
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.stream_kinds import error_of, event, usage
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    IoError,
    RequestError,
    StreamError,
    StreamEvent,
    StreamTimeout,
    Timeout,
)
from vllm_client.http import timeouts
from vllm_client.testing import Call, ErrorReply, Reply, SimulatedVllm


def staying(*events: bytes, then: bytes = b"") -> Callable[[Visit], None]:
    """Sends events and stays; with `then`, sends that over and over until the client leaves."""

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(*events))
        if then:
            stop = threading.Event()
            while not stop.wait(0.05):
                visit.send(chunked(then))
        visit.wait_until_left()

    return treat


def choice(index: int, text: str = "", reason: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": {"content": text}, "finish_reason": reason}


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "GRACE_SECONDS", 0.2)


# Open before the first token


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize(
    ("alive", "question"),
    [
        ({"choices": []}, "chat"),
        (None, "chat"),
        ({"type": "ping"}, "messages"),
        ({"type": "response.in_progress"}, "responses"),
    ],
)
def test_events_before_the_first_token_do_not_prolong_the_wait_for_it(
    facade: SyncFacade, alive: Any, question: str, wait: bool
) -> None:
    with RawServer(staying(then=event(alive))) as server:
        client = facade.client(server.base_url, retry=None, timeout=Timeout(token=0.3))
        ask: dict[str, Callable[[], Any]] = {
            "chat": lambda: stream(client, wait=wait),
            "messages": lambda: client.messages.stream(**QUESTION, max_tokens=9, wait=wait),
            "responses": lambda: client.responses.stream(input="Hi", wait=wait),
        }
        error = error_of(lambda: ask[question]().response())

    assert (type(error), error.clock) == (StreamTimeout, "token")


# Open after the end


@pytest.mark.usefixtures("short_grace")
def test_tool_call_that_is_finished_and_stays_open_is_complete(facade: SyncFacade) -> None:
    function = {"name": "get", "arguments": '{"x": 1}'}
    call = {"index": 0, "id": "c", "type": "function", "function": function}
    first = event({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})
    with RawServer(staying(first, chunk("", "tool_calls"), then=b": ping\n\n")) as server:
        with stream(facade.client(server.base_url, retry=None)) as reading:
            events = list(reading)
        complete = [e for e in events if isinstance(e, StreamEvent.ToolCallComplete)]
        assert [e.tool_call.function.parse() for e in complete] == [{"x": 1}]
        assert isinstance(events[-1], StreamEvent.Done)


@pytest.mark.usefixtures("short_grace")
def test_usage_alone_after_the_end_then_silence(facade: SyncFacade) -> None:
    with RawServer(staying(chunk("a"), chunk("", "length"), usage(5))) as server:
        with stream(facade.client(server.base_url, retry=None)) as reading:
            response = reading.response()
        assert (response.content, response.finish_reason) == ("a", "length")
        assert response.usage.completion_tokens == 5


@pytest.mark.usefixtures("short_grace")
def test_second_choice_that_has_not_finished_keeps_the_stream_waiting(facade: SyncFacade) -> None:
    both = event({"choices": [choice(0, "a", "stop"), choice(1, "b")]})
    limits = Timeout(token=1.0, idle=1.0)
    with RawServer(staying(both)) as server:
        client = facade.client(server.base_url, retry=None, timeout=limits)
        with stream(client, n=2) as reading:
            error = error_of(reading.response)
        assert isinstance(error, StreamTimeout)
        assert [c.message.content for c in error.partial.choices] == ["a", "b"]


@pytest.mark.usefixtures("short_grace")
def test_both_choices_that_have_finished_apart_end_the_stream(facade: SyncFacade) -> None:
    events = [event({"choices": [c]}) for c in (choice(1, "b", "stop"), choice(0, "a", "stop"))]
    with RawServer(staying(*events)) as server:
        with stream(facade.client(server.base_url, retry=None), n=2) as reading:
            response = reading.response()
        assert [c.message.content for c in response.choices] == ["a", "b"]


@pytest.mark.parametrize("end", [b"", DONE], ids=["no [DONE]", "[DONE]"])
@pytest.mark.usefixtures("short_grace")
def test_reset_after_the_end_loses_nothing(facade: SyncFacade, end: bytes) -> None:
    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(chunk("a"), chunk("", "stop")) + (end and chunked(end)))

    with RawServer(treat) as server:
        reading = stream(facade.client(server.base_url, retry=None))
        with contextlib.suppress(StreamError):  # which a cut without [DONE] may be
            reading.text()
        assert (reading.partial.content, reading.partial.finish_reason) == ("a", "stop")


# Left by the reader


def test_partial_before_the_first_read_and_after_close(facade: SyncFacade) -> None:
    with RawServer(staying(chunk("a"), usage(1))) as server:
        reading = stream(facade.client(server.base_url, retry=None))
        assert reading.partial is not None
        reading.close()
        reading.close()
        assert reading.partial is not None
        error = error_of(reading.response)
        assert (type(error), error.message) == (StreamError, "closed by the reader")


def test_partial_and_usage_of_several_choices_after_a_break(facade: SyncFacade) -> None:
    events = [
        event({"choices": [choice(0, "a"), choice(1, "b")]}),
        usage(2),
        event({"choices": [choice(1, "c")]}),
    ]
    with RawServer(staying(*events)) as server:
        with stream(facade.client(server.base_url, retry=None), n=2) as reading:
            for seen in reading:
                if getattr(seen, "delta", None) == "c":
                    break
        assert [c.message.content for c in reading.partial.choices] == ["a", "bc"]
        assert reading.usage.completion_tokens == 2


def test_tool_call_and_reasoning_that_were_cut_are_in_partial(facade: SyncFacade) -> None:
    function = {"name": "get", "arguments": '{"x": '}
    call = {"index": 0, "id": "c", "type": "function", "function": function}
    events = [
        event({"choices": [{"index": 0, "delta": {"reasoning": "Hm."}}]}),
        event({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}),
    ]
    with RawServer(staying(*events)) as server:
        with stream(facade.client(server.base_url, retry=None)) as reading:
            for seen in reading:
                if isinstance(seen, StreamEvent.ToolCallDelta):
                    break
        assert reading.partial.reasoning == "Hm."
        (cut,) = reading.partial.tool_calls
        assert (cut.function.name, cut.function.arguments) == ("get", '{"x": ')


def test_error_of_the_reader_passes_and_keeps_partial(facade: SyncFacade) -> None:
    with RawServer(staying(chunk("a"))) as server:
        reading = stream(facade.client(server.base_url, retry=None))
        with pytest.raises(ZeroDivisionError), reading:
            print([1 / 0 for _ in reading])
        assert reading.partial.content == "a"


def test_partial_of_a_complete_stream_is_its_response(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply(["a", "b"], reasoning="Hm."))
    with stream(client) as reading:
        whole = reading.response()
    assert reading.partial == whole
    assert reading.usage == whole.usage


def test_half_a_character_is_not_lost_from_partial(facade: SyncFacade) -> None:
    half = b'data: {"choices":[{"index":0,"delta":{"content":"a\\ud83d"}}]}\n\n'
    with RawServer(staying(half)) as server:
        with stream(facade.client(server.base_url, retry=None)) as reading:
            next(iter(reading))
        content = reading.partial.content
        assert content.startswith("a")
        content.encode()


def test_timeout_of_the_readers_task_keeps_partial_and_usage() -> None:
    kept: list[Any] = []

    async def read(client: AsyncVllmClient) -> None:
        async with client.chat.completions.stream(**QUESTION) as reading:
            kept.append(reading)
            async for _ in reading:
                pass

    async def entered(url: str) -> None:
        async with AsyncVllmClient(url, retry=None) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(read(client), 0.4)
        assert kept[0].partial.content == "ab"
        assert kept[0].usage.completion_tokens == 2

    with RawServer(staying(chunk("a"), chunk("b"), usage(2))) as server:
        asyncio.run(entered(server.base_url))


# Not waited for


def test_two_streams_without_waiting_are_queued_at_once(facade: SyncFacade) -> None:
    came, go_on = threading.Barrier(3), threading.Event()

    def treat(visit: Visit) -> None:
        visit.read_request()
        came.wait(10)
        assert go_on.wait(10)
        visit.send(HELLO_STREAM)

    with RawServer(treat) as server:
        client = facade.client(server.base_url, retry=None)
        readings = [stream(client, wait=False) for _ in range(2)]
        came.wait(10)
        go_on.set()
        assert [reading.text() for reading in readings] == ["Hello!", "Hello!"]


def test_take_and_response_open_a_stream_that_was_not_waited_for(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(*[Reply(["a", "b"])] * 3)
    taken = list(stream(client, wait=False).take(1))
    assert [e.delta for e in taken] == ["a"]
    with stream(client, wait=False) as reading:
        assert reading.response().content == "ab"
    reading = client.chat.completions.create(**QUESTION, stream=True, wait=False)
    assert reading.response().content == "ab"


def test_error_of_the_server_comes_with_the_first_read_and_not_before(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(ErrorReply(400, "too long"))
    reading = stream(client, wait=False)
    server.wait_until(lambda: len(server.requests) == 1)
    with pytest.raises(ApiError, match="too long"):
        next(iter(reading))
    reading.close()


def test_refused_connection_and_bad_option_without_waiting(facade: SyncFacade) -> None:
    client = facade.client("http://127.0.0.1:9/v1", retry=None)
    with pytest.raises(RequestError):
        stream(client, wait=False, no_such_option=1)
    with pytest.raises(IoError):
        stream(client, wait=False).text()


def test_tools_without_waiting_run_as_ever(client: Any, server: SimulatedVllm) -> None:
    def note(text: str) -> str:
        return text.upper()

    server.reply(Reply(tool_calls=[Call("note", {"text": "x"})]), Reply("done"))
    with client.chat.completions.stream_tools(tools=[note], **QUESTION, wait=False) as reading:
        results = [e.content for e in reading if isinstance(e, StreamEvent.ToolResult)]
    assert results == ["X"]
    assert server.replies_left == 0


def test_closing_many_before_the_head_ends_each_request(facade: SyncFacade) -> None:
    left = threading.Semaphore(0)

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.wait_until_left()
        left.release()

    with RawServer(treat) as server:
        client = facade.client(server.base_url, retry=None, max_connections=2)
        for _ in range(4):
            with stream(client, wait=False):
                pass
            assert left.acquire(timeout=10)
        assert server.visits == 4


def test_last_chunk_without_done_is_the_end(facade: SyncFacade) -> None:
    answer = STREAM_HEAD + chunked(chunk("a"), chunk("", "stop")) + LAST_CHUNK

    def treat(visit: Visit) -> None:
        while True:
            visit.read_request()
            visit.send(answer)

    with RawServer(treat) as server:
        client = facade.client(server.base_url, retry=None)
        for _ in range(2):
            with stream(client) as reading:
                assert reading.text() == "a"
        assert server.visits == 1


ERROR_BODY = b'{"error": {"code": 400, "message": "too long"}}'
JSON_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
JSON_CHUNKED = JSON_HEAD + b"transfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        JSON_CHUNKED + chunked(ERROR_BODY),
        JSON_CHUNKED + chunked(*(b"%c" % byte for byte in ERROR_BODY)),
        JSON_HEAD + b"content-length: %d\r\n\r\n" % len(ERROR_BODY) + ERROR_BODY,
        JSON_HEAD + b"\r\n" + ERROR_BODY,
    ],
    ids=["chunked", "bytewise", "length", "until_close"],
)
def test_an_error_in_json_is_reported_though_the_connection_stays_open(
    answer: bytes, facade: SyncFacade
) -> None:
    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(answer)
        visit.wait_until_left()

    with RawServer(treat) as raw:
        client = facade.client(raw.base_url, timeout=Timeout(token=60, idle=60))
        with pytest.raises(ApiError, match="too long"), client.chat.completions.stream(**QUESTION):
            pass
        facade.close()
