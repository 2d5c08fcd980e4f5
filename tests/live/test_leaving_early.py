"""Whoever stops listening ends the generation: the server has no request left to run.

Left alone, the endless answer would keep the server busy for twice as long as it is given here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from tests.live.conftest import AddressOf
from tests.live.dialogues import ENDLESS
from tests.live.servers import Address, wait_until
from vllm_client import AsyncVllmClient, StreamEvent, SyncVllmClient

SECONDS = 4.0
QUESTION = ENDLESS.options(thinking=True)


class Enough(Exception):
    """What a reader raises who has heard enough."""


@pytest.fixture
def address(address_of: AddressOf) -> Address:
    address = address_of("chat")
    wait_until("the server is idle", lambda: address.requests_running() == 0)
    return address


def _assert_runs(address: Address) -> None:
    wait_until("a request is running", lambda: address.requests_running() == 1, SECONDS)


def _assert_stops(address: Address) -> None:
    wait_until("no request is running", lambda: address.requests_running() == 0, SECONDS)


def _leave_by_break(client: SyncVllmClient, address: Address) -> None:
    with client.chat.completions.stream(**QUESTION) as stream:
        for event in stream:
            if isinstance(event, StreamEvent.Content):
                _assert_runs(address)
                break


def _leave_by_exception(client: SyncVllmClient, address: Address) -> None:
    with suppress(Enough), client.chat.completions.stream(**QUESTION) as stream:
        for event in stream:
            if isinstance(event, StreamEvent.Content):
                _assert_runs(address)
                raise Enough


def _close_without_a_block(client: SyncVllmClient, address: Address) -> None:
    stream = client.chat.completions.stream(**QUESTION)
    next(iter(stream))
    _assert_runs(address)
    stream.close()


def _take_a_few(client: SyncVllmClient, address: Address) -> None:
    stream = client.chat.completions.stream(**QUESTION)
    assert len(list(stream.take(5))) == 5


def _leave_the_chunks(client: SyncVllmClient, address: Address) -> None:
    with client.chat.completions.create(**QUESTION, stream=True) as chunks:
        next(iter(chunks))
        _assert_runs(address)


def _give_up_on_a_plain_answer(client: SyncVllmClient, address: Address) -> None:
    with pytest.raises(TimeoutError):
        client.chat.completions.create(**QUESTION, timeout=1)


SYNC_WAYS = [
    _leave_by_break,
    _leave_by_exception,
    _close_without_a_block,
    _take_a_few,
    _leave_the_chunks,
    _give_up_on_a_plain_answer,
]


@pytest.mark.parametrize("leave", SYNC_WAYS)
def test_sync(address: Address, leave: Callable[[SyncVllmClient, Address], None]) -> None:
    with SyncVllmClient(address.base_url) as client:
        leave(client, address)
        _assert_stops(address)


async def _leave_by_break_async(client: AsyncVllmClient, address: Address) -> None:
    async with client.chat.completions.stream(**QUESTION) as stream:
        async for event in stream:
            if isinstance(event, StreamEvent.Content):
                _assert_runs(address)
                break


async def _leave_by_exception_async(client: AsyncVllmClient, address: Address) -> None:
    with suppress(Enough):
        async with client.chat.completions.stream(**QUESTION) as stream:
            async for event in stream:
                if isinstance(event, StreamEvent.Content):
                    _assert_runs(address)
                    raise Enough


async def _take_a_few_async(client: AsyncVllmClient, address: Address) -> None:
    async with client.chat.completions.stream(**QUESTION) as stream:
        assert len([event async for event in stream.take(5)]) == 5


async def _leave_the_chunks_async(client: AsyncVllmClient, address: Address) -> None:
    async with client.chat.completions.create(**QUESTION, stream=True) as chunks:
        await anext(aiter(chunks))
        _assert_runs(address)


async def _give_up_on_a_plain_answer_async(client: AsyncVllmClient, address: Address) -> None:
    with pytest.raises(TimeoutError):
        await client.chat.completions.create(**QUESTION, timeout=1)


async def _cancel_a_reader(client: AsyncVllmClient, address: Address) -> None:
    speaking = asyncio.Event()

    async def read() -> None:
        async with client.chat.completions.stream(**QUESTION) as stream:
            async for _ in stream:
                speaking.set()

    await _cancel(asyncio.create_task(read()), after=speaking.wait())


async def _cancel_a_plain_call(client: AsyncVllmClient, address: Address) -> None:
    asked = asyncio.create_task(_ask(client))
    await _cancel(asked, after=asyncio.to_thread(_assert_runs, address))


async def _ask(client: AsyncVllmClient) -> None:
    await client.chat.completions.create(**QUESTION)


async def _cancel(task: asyncio.Task[None], after: Awaitable[object]) -> None:
    await after
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


ASYNC_WAYS = [
    _leave_by_break_async,
    _leave_by_exception_async,
    _take_a_few_async,
    _leave_the_chunks_async,
    _give_up_on_a_plain_answer_async,
    _cancel_a_reader,
    _cancel_a_plain_call,
]


@pytest.mark.parametrize("leave", ASYNC_WAYS)
def test_async(
    address: Address, leave: Callable[[AsyncVllmClient, Address], Awaitable[None]]
) -> None:
    async def leave_while_the_client_stays_open() -> None:
        async with AsyncVllmClient(address.base_url) as client:
            await leave(client, address)
            await asyncio.to_thread(_assert_stops, address)

    asyncio.run(leave_while_the_client_stays_open())
