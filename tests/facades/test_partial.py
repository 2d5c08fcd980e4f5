"""`partial` and `usage` of a stream, in each of its states."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.facades.dialogue import LAST_CHUNK, QUESTION, STREAM_HEAD, chunk, chunked, stream
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Treatment, Visit
from tests.facades.stream_kinds import KINDS, Kind, error_of, usage
from vllm_client import AsyncVllmClient, StreamError, SyncVllmClient
from vllm_client.testing import Call, Cut, Reply, SimulatedVllm

EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def hanging(*events: bytes) -> Treatment:
    """Send events, then nothing until the client closes the connection."""

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(*events))
        visit.wait_until_left()

    return treat


def sending(answer: bytes) -> Treatment:
    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(answer)

    return treat


def _break(reading: Any) -> None:
    with reading:
        for _ in reading:
            break


def _close(reading: Any) -> None:
    next(iter(reading))
    reading.close()


@EACH_KIND
@pytest.mark.parametrize("leave", [_break, _close])
def test_a_stream_that_is_closed_early_keeps_its_partial_answer(
    facade: SyncFacade, kind: Kind, leave: Callable[[Any], None]
) -> None:
    with RawServer(hanging(kind.deltas[0])) as server:
        reading = kind.open(facade.client(server.base_url))
        leave(reading)

        assert kind.text(reading.partial) == "a"
        assert reading.usage is None

        for read in (reading.response, lambda: next(iter(reading)), lambda: list(reading)):
            error = error_of(read)
            assert type(error) is StreamError
            assert error.message == "closed by the reader"
            assert len(error.request_ids) == 1
            assert kind.text(error.partial) == "a"
            assert error.begun


def test_take_keeps_the_partial_answer(facade: SyncFacade) -> None:
    with RawServer(hanging(chunk("a"))) as server:
        reading = stream(facade.client(server.base_url))
        assert len(list(reading.take(1))) == 1
        assert error_of(reading.text).partial.content == reading.partial.content == "a"


@EACH_KIND
def test_partial_grows_with_the_stream_and_does_not_read_it(facade: SyncFacade, kind: Kind) -> None:
    go_on = threading.Event()

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(kind.deltas[0]))
        assert go_on.wait(30)
        visit.send(chunked(kind.deltas[1], kind.end, b"data: [DONE]\n\n") + LAST_CHUNK)

    with RawServer(treat) as server, kind.open(facade.client(server.base_url)) as reading:
        assert kind.text(reading.partial) == "a"
        next(iter(reading))
        assert kind.text(reading.partial) == "a"
        go_on.set()
        list(reading)
        assert kind.text(reading.partial) == "ab"
        whole = reading.response()
        assert kind.text(whole) == "ab"
        if kind.name != "tools":
            assert reading.partial == whole


@EACH_KIND
def test_a_failed_stream_keeps_its_partial_answer(facade: SyncFacade, kind: Kind) -> None:
    with RawServer(sending(STREAM_HEAD + chunked(*kind.deltas))) as server:
        reading = kind.open(facade.client(server.base_url))
        error = error_of(reading.response)
        assert isinstance(error, StreamError)
        assert kind.text(error.partial) == kind.text(reading.partial) == "ab"


def test_usage_is_available_as_soon_as_it_has_arrived(facade: SyncFacade) -> None:
    events = [chunk("a"), usage(1), chunk("b"), usage(2)]
    with RawServer(hanging(*events)) as server:
        reading = facade.client(server.base_url).chat.completions.create(**QUESTION, stream=True)
        seen = []
        with reading:
            for _ in events:
                next(iter(reading))
                seen.append(reading.usage and reading.usage.completion_tokens)
        assert seen[-1] == reading.usage.completion_tokens == 2
        assert reading.partial.usage == reading.usage


def test_usage_of_a_whole_stream(client: Any, server: SimulatedVllm) -> None:
    with stream(client) as reading:
        whole = reading.response()
    assert reading.usage == whole.usage is not None


def test_text_that_may_become_a_tag_is_part_of_the_partial_answer(facade: SyncFacade) -> None:
    with RawServer(hanging(chunk("<think>Hm</thi"))) as server:
        client = facade.client(server.base_url)
        with stream(client, thinking=True) as reading:
            assert next(iter(reading)).delta == "Hm"
        assert reading.partial.reasoning == "Hm</thi"
        assert error_of(reading.response).partial.reasoning == "Hm</thi"


def test_the_last_answer_of_a_conversation_with_tools_is_kept(
    client: Any, server: SimulatedVllm
) -> None:
    def note() -> str:
        return "noted"

    server.reply(Reply(tool_calls=[Call("note")]), Reply(["It", " is", " noted."], pace=0.01))
    with client.chat.completions.stream_tools(tools=[note], **QUESTION) as reading:
        assert reading.partial.tool_calls[0].function.name == "note"
        for event in reading:
            if getattr(event, "delta", None) == "It":
                break
    assert reading.partial.content.startswith("It")
    assert error_of(reading.response).partial == reading.partial


def test_the_answer_before_the_one_that_fails_is_kept(client: Any, server: SimulatedVllm) -> None:
    def note() -> str:
        return "noted"

    server.reply(Reply(tool_calls=[Call("note")]))
    server.reply(Reply("x"), faults=[Cut(after=0, of="body")])
    asked = {**QUESTION, "retry": None}
    with client.chat.completions.stream_tools(tools=[note], **asked) as reading:
        error_of(lambda: list(reading))
        assert reading.partial.tool_calls[0].function.name == "note"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _read_until_interrupted(reading: Any) -> None:
    main = threading.main_thread().ident
    timer = threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGUSR1))
    with reading:
        for event in reading:
            if event.delta == "b":
                timer.start()


def test_an_interrupt_keeps_the_partial_answer() -> None:
    before = signal.signal(signal.SIGUSR1, _interrupt)
    treat = hanging(chunk("a"), chunk("b"))
    try:
        with RawServer(treat) as server, SyncVllmClient(server.base_url) as client:
            reading = stream(client)
            with pytest.raises(KeyboardInterrupt):
                _read_until_interrupted(reading)
            assert reading.partial.content == "ab"
            error = error_of(reading.response)
            assert (error.message, error.partial.content) == ("closed by the reader", "ab")
    finally:
        signal.signal(signal.SIGUSR1, before)


@EACH_KIND
def test_a_cancelled_task_keeps_the_partial_answer(kind: Kind) -> None:
    seen: list[str] = []

    async def read(client: AsyncVllmClient, has_come: asyncio.Event) -> None:
        async with kind.open(client) as reading:
            try:
                async for _ in reading:
                    has_come.set()
            except asyncio.CancelledError:
                seen.append(kind.text(reading.partial))
                raise
            finally:
                seen.append(kind.text(reading.partial))
                assert reading.usage is None
        raise AssertionError("not cancelled")

    async def main(url: str) -> None:
        async with AsyncVllmClient(url) as client:
            has_come = asyncio.Event()
            task = asyncio.create_task(read(client, has_come))
            await has_come.wait()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with RawServer(hanging(kind.deltas[0])) as server:
        asyncio.run(main(server.base_url))
    assert seen == ["a", "a"]


def test_a_raw_stream_has_no_partial_answer(facade: SyncFacade) -> None:
    with RawServer(hanging(b"data: a\n\n")) as server:
        with facade.client(server.base_url).stream_request("GET", "/") as reading:
            next(iter(reading))
        assert not hasattr(reading, "partial")
        error = error_of(reading.response)
        assert (error.message, error.partial) == ("closed by the reader", None)
