"""Features of the async client only: ways to open a stream, cancellation, shared clients."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from tests.facades.dialogue import (
    DONE,
    HELLO,
    LAST_CHUNK,
    QUESTION,
    STREAM_HEAD,
    ask,
    chunk,
    chunked,
    stream,
)
from tests.facades.raw_server import RawServer, Visit
from vllm_client import AsyncVllmClient, RequestError, RetryPolicy, StreamError
from vllm_client.testing import ErrorReply, Fault, Reply, SimulatedVllm, SlowHead, Stall

Talk = Callable[[AsyncVllmClient], Coroutine[Any, Any, Any]]
ENDLESS = Reply("word " * 1000, pace=0.01)


def _run(server: SimulatedVllm, talk: Talk, **settings: Any) -> Any:
    """Run a function with a client, in an event loop that must log no error."""

    async def run() -> Any:
        complaints: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
        async with AsyncVllmClient(server.base_url, **settings) as client:
            result = await talk(client)
        assert complaints == []
        return result

    return asyncio.run(run())


async def _ended(server: SimulatedVllm, disconnects: int = 1) -> None:
    def ended() -> bool:
        return server.running == 0 and server.disconnects == disconnects

    await asyncio.to_thread(server.wait_until, ended)


def _chunks(client: AsyncVllmClient) -> Any:
    return client.chat.completions.create(**QUESTION, stream=True)


def _builder(client: AsyncVllmClient) -> Any:
    return client.chat.completions.create().messages(QUESTION["messages"]).send_stream()


EACH_KIND = pytest.mark.parametrize("opening", [stream, _chunks, _builder])


@EACH_KIND
def test_stream_is_opened_by_async_with_await_or_iteration(
    server: SimulatedVllm, opening: Callable[[AsyncVllmClient], Any]
) -> None:
    async def talk(client: AsyncVllmClient) -> list[int]:
        async with opening(client) as entered:
            counts = [len([item async for item in entered])]
        awaited = await opening(client)
        counts.append(len([item async for item in awaited]))
        async with await opening(client) as both:
            counts.append(len([item async for item in both]))
        counts.append(len([item async for item in opening(client)]))
        return counts

    counts = _run(server, talk)
    assert counts[0] > 3
    assert len(set(counts)) == 1
    assert server.connections_made == 1


@EACH_KIND
def test_stream_that_is_never_opened_sends_nothing(
    server: SimulatedVllm, opening: Callable[[AsyncVllmClient], Any]
) -> None:
    async def talk(client: AsyncVllmClient) -> None:
        opening(client)

    _run(server, talk)
    assert server.requests == []


@EACH_KIND
def test_break_in_a_stream_without_a_with_block_ends_the_generation(
    server: SimulatedVllm, opening: Callable[[AsyncVllmClient], Any]
) -> None:
    server.reply(ENDLESS)

    async def talk(client: AsyncVllmClient) -> None:
        async for _ in opening(client):
            break
        await _ended(server)

    _run(server, talk)


async def _read(client: AsyncVllmClient, begun: asyncio.Event) -> None:
    async with stream(client) as events:
        async for _ in events:
            begun.set()


async def _read_without_block(client: AsyncVllmClient, begun: asyncio.Event) -> None:
    async for _ in stream(client):
        begun.set()


async def _read_response(client: AsyncVllmClient, begun: asyncio.Event) -> None:
    async with stream(client) as events:
        await anext(events)
        begun.set()
        await events.response()


async def _take(client: AsyncVllmClient, begun: asyncio.Event) -> None:
    async for _ in (await stream(client)).take(100_000):
        begun.set()


@pytest.mark.parametrize("read", [_read, _read_without_block, _read_response, _take])
def test_cancelled_reader_ends_the_generation(
    server: SimulatedVllm, read: Callable[[AsyncVllmClient, asyncio.Event], Any]
) -> None:
    server.reply(ENDLESS)

    async def talk(client: AsyncVllmClient) -> None:
        begun = asyncio.Event()
        reading = asyncio.create_task(read(client, begun))
        await begun.wait()
        await _cancel(reading)
        await _ended(server)

    _run(server, talk)


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


PHASES: dict[str, list[Fault]] = {
    "before the head": [Stall()],
    "in the head": [Stall(after=40)],
    "in a head that dribbles": [SlowHead(20, pieces=200)],
    "after the head": [Stall(of="body")],
    "in the body": [Stall(after=10, of="body")],
}


@pytest.mark.parametrize("faults", PHASES.values(), ids=PHASES)
@pytest.mark.parametrize("call", [ask, stream], ids=["plain", "streamed"])
def test_call_that_is_cancelled_while_it_waits_ends_the_generation(
    server: SimulatedVllm, faults: list[Fault], call: Callable[[AsyncVllmClient], Awaitable[Any]]
) -> None:
    server.reply("never", faults=faults)

    async def talk(client: AsyncVllmClient) -> None:
        async def wait() -> None:
            await call(client)

        asking = asyncio.create_task(wait())
        await asyncio.to_thread(server.wait_until, lambda: server.running == 1)
        await _cancel(asking)
        await _ended(server)
        assert (await ask(client)).finish_reason == "stop"

    _run(server, talk, max_connections=1)


def test_call_that_is_cancelled_between_attempts_sends_no_other(server: SimulatedVllm) -> None:
    server.reply(ErrorReply(503, retry_after=9))

    async def talk(client: AsyncVllmClient) -> None:
        async def wait() -> None:
            await ask(client)

        asking = asyncio.create_task(wait())
        await asyncio.to_thread(server.wait_until, lambda: len(server.requests) == 1)
        await _cancel(asking)

    _run(server, talk, retry=RetryPolicy())
    assert len(server.requests) == 1


def test_call_that_is_cancelled_while_it_waits_for_a_connection_takes_none(
    server: SimulatedVllm,
) -> None:
    server.reply(ENDLESS)

    async def talk(client: AsyncVllmClient) -> None:
        async def wait() -> None:
            await ask(client)

        async with stream(client):
            waiting = [asyncio.create_task(wait()) for _ in range(3)]
            await asyncio.sleep(0)
            for task in waiting:
                await _cancel(task)
        assert (await ask(client)).finish_reason == "stop"

    _run(server, talk, max_connections=1)
    assert len(server.requests) == 2


def test_timeout_of_asyncio_passes_through(server: SimulatedVllm) -> None:
    server.reply(Reply("a b"), faults=[Stall(after=2, of="events")])

    async def talk(client: AsyncVllmClient) -> None:
        async def read() -> None:
            async with stream(client) as events, asyncio.timeout(0.1):
                await events.text()

        with pytest.raises(TimeoutError) as caught:
            await read()
        assert type(caught.value) is TimeoutError
        await _ended(server)

    _run(server, talk)


def test_failing_task_group_ends_the_streams_of_the_others(server: SimulatedVllm) -> None:
    server.reply(*[ENDLESS] * 3)

    async def talk(client: AsyncVllmClient) -> None:
        async def fail() -> None:
            await asyncio.to_thread(server.wait_until, lambda: server.running == 3)
            raise RuntimeError("enough")

        async def work() -> None:
            async with asyncio.TaskGroup() as group:
                for _ in range(3):
                    group.create_task(_read(client, asyncio.Event()))
                group.create_task(fail())

        with pytest.raises(ExceptionGroup):
            await work()
        await _ended(server, disconnects=3)

    _run(server, talk)


def test_stream_closed_by_another_task_wakes_its_reader(server: SimulatedVllm) -> None:
    server.reply(Reply(["a", "b"]), faults=[Stall(after=3, of="events")])

    async def talk(client: AsyncVllmClient) -> None:
        events = await stream(client)

        async def read() -> None:
            async for event in events:
                if event.delta == "b":
                    last_came.set()

        last_came = asyncio.Event()
        reading = asyncio.create_task(read())
        await last_came.wait()
        await asyncio.sleep(0)  # the reader continues to wait
        await events.aclose()
        with pytest.raises(StreamError, match="closed by the reader"):
            await asyncio.wait_for(reading, 10)
        await _ended(server)

    _run(server, talk)


def test_second_reader_of_a_stream_gets_an_error_and_the_first_continues() -> None:
    def send_in_two(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(chunk("a")))
        refused.wait(20)
        visit.send(chunked(chunk("b"), chunk("", "stop"), DONE) + LAST_CHUNK)

    async def main() -> None:
        client = AsyncVllmClient(raw.base_url)
        async with client, stream(client) as events:
            await anext(events)
            reading = asyncio.ensure_future(events.text())
            await asyncio.sleep(0)  # it waits for the next event
            with pytest.raises(RequestError, match="another task is reading"):
                await anext(events)
            refused.set()
            assert await reading == "ab"

    refused = threading.Event()
    with RawServer(send_in_two) as raw:
        asyncio.run(main())


def test_task_that_shares_a_client_may_close_its_own_copy(server: SimulatedVllm) -> None:
    async def talk(client: AsyncVllmClient) -> None:
        async def work(number: int) -> None:
            async with client.with_header("x-task", f"{number}") as own:
                assert (await ask(own)).finish_reason == "stop"

        await asyncio.gather(*(work(number) for number in range(20)))
        assert (await ask(client)).finish_reason == "stop"

    _run(server, talk)
    tasks = {request.headers.get("x-task") for request in server.requests}
    assert tasks == {None, *map(str, range(20))}


def test_answers_that_arrive_together_each_reach_their_task() -> None:
    def answer_slowly(visit: Visit) -> None:
        while True:
            request = visit.read_request()
            number = request.partition(b"x-number: ")[2].partition(b"\r\n")[0]
            visit.send(HELLO.replace(b"Hello!", number.rjust(6)))

    async def main() -> None:
        async with AsyncVllmClient(raw.base_url) as client:

            async def work(number: int) -> tuple[int, int]:
                answer = await ask(client, extra_headers={"x-number": f"{number}"})
                return number, int(answer.content)

            for _ in range(3):
                pairs = await asyncio.gather(*(work(number) for number in range(50)))
                assert all(asked == answered for asked, answered in pairs)

    with RawServer(answer_slowly, backlog=200) as raw:
        asyncio.run(main())
