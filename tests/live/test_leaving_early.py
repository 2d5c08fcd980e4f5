"""A client that disconnects ends the generation: the server has no running request left.

The proof does not depend on the speed of the machine: the server counts the choices that were
generated to their end, without aborted ones. A busy server takes time to notice the disconnect, so
some choices may be complete, but never all of them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import attrs
import pytest

from tests.live.conftest import AddressOf
from tests.live.dialogues import ENDLESS
from tests.live.occupied import CHOICES
from tests.live.servers import Address, wait_until
from vllm_client import AsyncVllmClient, StreamEvent, SyncVllmClient

QUESTION = {**ENDLESS.options(thinking=True), "n": CHOICES, "temperature": 0.01}
SECONDS_TO_NOTICE = 100


class Enough(Exception):
    """Error raised by a reader that has received enough."""


@attrs.frozen
class Watched:
    """The server `chat`, idle, and its counters before the test."""

    address: Address
    tokens: int
    finished: int

    def assert_stops_early(self) -> None:
        """Assert that the request ran, runs no more, and did not finish."""
        wait_until(
            "no request is running",
            lambda: self.address.requests_running() == 0,
            SECONDS_TO_NOTICE,
        )
        assert self.address.tokens_generated() > self.tokens
        assert self.address.requests_finished() < self.finished + CHOICES


@pytest.fixture
def watched(address_of: AddressOf) -> Watched:
    address = address_of("chat")
    wait_until("the server is idle", lambda: address.requests_running() == 0)
    return Watched(address, address.tokens_generated(), address.requests_finished())


def _break(client: SyncVllmClient) -> None:
    with client.chat.completions.stream(**QUESTION) as stream:
        for event in stream:
            if isinstance(event, StreamEvent.Content):
                break


def _raise(client: SyncVllmClient) -> None:
    with suppress(Enough), client.chat.completions.stream(**QUESTION) as stream:
        for event in stream:
            if isinstance(event, StreamEvent.Content):
                raise Enough


def _close(client: SyncVllmClient) -> None:
    stream = client.chat.completions.stream(**QUESTION)
    next(iter(stream))
    stream.close()


def _take(client: SyncVllmClient) -> None:
    stream = client.chat.completions.stream(**QUESTION)
    assert len(list(stream.take(5))) == 5


def _leave_the_builder_s_stream(client: SyncVllmClient) -> None:
    builder = (
        client.chat.completions.create().messages(QUESTION["messages"]).n(CHOICES).temperature(0.01)
    )
    with builder.send_stream() as stream:
        next(iter(stream))


def _leave_the_chunks(client: SyncVllmClient) -> None:
    with client.chat.completions.create(**QUESTION, stream=True) as chunks:
        next(iter(chunks))


def _time_out(client: SyncVllmClient) -> None:
    with pytest.raises(TimeoutError):
        client.chat.completions.create(**QUESTION, timeout=2)


@pytest.mark.parametrize(
    "leave",
    [_break, _raise, _close, _take, _leave_the_builder_s_stream, _leave_the_chunks, _time_out],
)
def test_sync(watched: Watched, leave: Callable[[SyncVllmClient], None]) -> None:
    with SyncVllmClient(watched.address.base_url) as client:
        leave(client)
        watched.assert_stops_early()


async def _break_async(client: AsyncVllmClient) -> None:
    async with client.chat.completions.stream(**QUESTION) as stream:
        async for event in stream:
            if isinstance(event, StreamEvent.Content):
                break


async def _raise_async(client: AsyncVllmClient) -> None:
    with suppress(Enough):
        async with client.chat.completions.stream(**QUESTION) as stream:
            async for event in stream:
                if isinstance(event, StreamEvent.Content):
                    raise Enough


async def _close_async(client: AsyncVllmClient) -> None:
    stream = await client.chat.completions.stream(**QUESTION)
    await anext(aiter(stream))
    await stream.aclose()


async def _take_async(client: AsyncVllmClient) -> None:
    stream = await client.chat.completions.stream(**QUESTION)
    assert len([event async for event in stream.take(5)]) == 5


async def _leave_the_builder_s_stream_async(client: AsyncVllmClient) -> None:
    builder = (
        client.chat.completions.create().messages(QUESTION["messages"]).n(CHOICES).temperature(0.01)
    )
    async with builder.send_stream() as stream:
        await anext(aiter(stream))


async def _leave_the_chunks_async(client: AsyncVllmClient) -> None:
    async with client.chat.completions.create(**QUESTION, stream=True) as chunks:
        await anext(aiter(chunks))


async def _time_out_async(client: AsyncVllmClient) -> None:
    with pytest.raises(TimeoutError):
        await client.chat.completions.create(**QUESTION, timeout=2)


async def _cancel_a_plain_call(client: AsyncVllmClient) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await client.chat.completions.create(**QUESTION)


async def _cancel_a_reader(client: AsyncVllmClient) -> None:
    listening = asyncio.Event()

    async def read() -> None:
        async with client.chat.completions.stream(**QUESTION) as stream:
            async for _ in stream:
                listening.set()

    task = asyncio.create_task(read())
    await listening.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    "leave",
    [
        _break_async,
        _raise_async,
        _close_async,
        _take_async,
        _leave_the_builder_s_stream_async,
        _leave_the_chunks_async,
        _time_out_async,
        _cancel_a_plain_call,
        _cancel_a_reader,
    ],
)
def test_async(watched: Watched, leave: Callable[[AsyncVllmClient], Awaitable[None]]) -> None:
    async def leave_while_the_client_stays_open() -> None:
        async with AsyncVllmClient(watched.address.base_url) as client:
            await leave(client)
            await asyncio.to_thread(watched.assert_stops_early)

    asyncio.run(leave_while_the_client_stays_open())
