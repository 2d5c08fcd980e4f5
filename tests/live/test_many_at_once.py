"""One client shared by tasks, threads and event loops."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.live.answers import said, said_by_events
from tests.live.conftest import AddressOf
from tests.live.dialogues import DIALOGUES, HELLO
from vllm_client import AsyncVllmClient, SyncVllmClient

QUICK = [dialogue for dialogue in DIALOGUES if dialogue.name != "count"]
QUESTIONS = [(QUICK[number % len(QUICK)], number % 3 > 0) for number in range(64)]
EXPECTED = [dialogue.answer(thinking=thinking) for dialogue, thinking in QUESTIONS]


def test_64_tasks_each_get_their_own_answer(address_of: AddressOf) -> None:
    address = address_of("chat")

    async def ask(client: AsyncVllmClient, number: int) -> Any:
        dialogue, thinking = QUESTIONS[number]
        options = dialogue.options(thinking=thinking)
        if number % 2:
            return said(await client.chat.completions.create(**options))
        async with client.chat.completions.stream(**options) as stream:
            return said_by_events([event async for event in stream])

    async def ask_all() -> list[Any]:
        async with AsyncVllmClient(address.base_url) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(64)))

    assert asyncio.run(ask_all()) == EXPECTED


def test_32_threads_each_get_their_own_answer(address_of: AddressOf) -> None:
    def ask(number: int) -> Any:
        dialogue, thinking = QUESTIONS[number]
        options = dialogue.options(thinking=thinking)
        if number % 2:
            return said(client.chat.completions.create(**options))
        with client.chat.completions.stream(**options) as stream:
            return said_by_events(stream)

    with (
        SyncVllmClient(address_of("chat").base_url) as client,
        ThreadPoolExecutor(max_workers=32) as threads,
    ):
        assert list(threads.map(ask, range(64))) == EXPECTED


def test_one_client_serves_several_event_loops(address_of: AddressOf) -> None:
    client = AsyncVllmClient(address_of("chat").base_url)

    async def ask() -> Any:
        return said(await client.chat.completions.create(**HELLO.options(thinking=False)))

    answers = [asyncio.run(ask()) for _ in range(3)]
    asyncio.run(client.aclose())
    assert answers == [HELLO.answer(thinking=False)] * 3


def test_a_shared_builder_is_a_template(address_of: AddressOf) -> None:
    async def ask_all() -> list[Any]:
        async with AsyncVllmClient(address_of("chat").base_url) as client:
            template = client.chat.completions.create().model("tiny").temperature(0)
            asked = [template.messages(list(dialogue.messages)) for dialogue, _ in QUESTIONS[:4]]
            return await asyncio.gather(*(builder.send() for builder in asked))

    answers = [said(response) for response in asyncio.run(ask_all())]
    assert answers == [dialogue.answer(thinking=True) for dialogue, _ in QUESTIONS[:4]]
