"""Many concurrent calls of one client: answers are not mixed up, and nothing leaks."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from tests.facades.conftest import open_sockets
from tests.facades.dialogue import ask, stream
from vllm_client import AsyncVllmClient, SyncVllmClient
from vllm_client.testing import SimulatedVllm

resource = pytest.importorskip("resource", reason="this system has no limit of open files")

TASKS = 1000
THREADS = 50
# Two descriptors per connection, as client and server run in this process.
DESCRIPTORS = 2 * TASKS + 200


@pytest.fixture(autouse=True)
def _enough_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard not in (-1, resource.RLIM_INFINITY) and hard < DESCRIPTORS:
        pytest.skip(f"this system allows {hard} open files, and {DESCRIPTORS} are needed")
    if soft not in (-1, resource.RLIM_INFINITY) and soft < DESCRIPTORS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _question(number: int) -> dict[str, Any]:
    return {
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 3,
        "extra_headers": {"X-Request-ID": f"number-{number}"},
    }


def _is_answer(response: Any, number: int) -> bool:
    """Return whether the answer has the id that the server derives from the request id."""
    return response.id == f"chatcmpl-number-{number}" and response.usage.completion_tokens == 3


async def _talk(client: AsyncVllmClient, number: int) -> bool:
    """Send a plain call or a stream, in turn."""
    if number % 2:
        return _is_answer(await client.chat.completions.create(**_question(number)), number)
    async with client.chat.completions.stream(**_question(number)) as events:
        return _is_answer(await events.response(), number)


def _run(main: Coroutine[Any, Any, Any]) -> Any:
    # the debug mode of asyncio, which `python -X dev` enables, is too slow
    return asyncio.run(main, debug=False)


def _assert_nothing_is_left(server: SimulatedVllm, sockets: int) -> None:
    server.wait_until(lambda: server.running == 0 and server.connections == 0)
    gc.collect()
    assert open_sockets() == sockets


def test_a_thousand_tasks_on_one_client(server: SimulatedVllm) -> None:
    sockets = open_sockets()

    async def main() -> list[bool]:
        async with AsyncVllmClient(server.base_url) as client:
            right = await asyncio.gather(*(_talk(client, n) for n in range(TASKS)))
            assert len(asyncio.all_tasks()) == 1
        return right

    assert _run(main()) == [True] * TASKS
    assert len(server.requests) == TASKS
    _assert_nothing_is_left(server, sockets)


def test_a_thousand_tasks_of_which_half_are_cancelled() -> None:
    with SimulatedVllm(pace=0.005) as server:
        sockets = open_sockets()

        async def main() -> list[Any]:
            async with AsyncVllmClient(server.base_url) as client:
                tasks = [asyncio.create_task(_talk(client, n)) for n in range(TASKS)]
                await asyncio.to_thread(server.wait_until, lambda: server.running >= 100, 30)
                doomed = random.Random(1).sample(tasks, TASKS // 2)
                for task in doomed:
                    task.cancel()
                outcomes = await asyncio.gather(*tasks, return_exceptions=True)
                await asyncio.to_thread(server.wait_until, lambda: server.running == 0)
                assert (await ask(client)).finish_reason == "stop"
                assert len(asyncio.all_tasks()) == 1
            return [
                outcome for task, outcome in zip(tasks, outcomes, strict=True) if task not in doomed
            ]

        assert _run(main()) == [True] * (TASKS // 2)
        _assert_nothing_is_left(server, sockets)


def test_a_thousand_tasks_over_a_few_connections(server: SimulatedVllm) -> None:
    sockets = open_sockets()

    async def main() -> list[bool]:
        async with AsyncVllmClient(server.base_url, max_connections=20) as client:
            return await asyncio.gather(*(_talk(client, n) for n in range(TASKS)))

    assert _run(main()) == [True] * TASKS
    assert server.connections_made == 20
    _assert_nothing_is_left(server, sockets)


def test_fifty_threads_on_one_client(server: SimulatedVllm) -> None:
    sockets = open_sockets()
    wrong: list[Any] = []

    def talk(of: int) -> None:
        for number in range(10 * of, 10 * of + 10):
            plain = client.chat.completions.create(**_question(number))
            with client.chat.completions.stream(**_question(-number)) as events:
                folded = events.response()
            if not (_is_answer(plain, number) and _is_answer(folded, -number)):
                wrong.append((plain, folded))

    with SyncVllmClient(server.base_url) as client:
        _in_threads(talk)
        assert wrong == []
        assert len(server.requests) == THREADS * 20
    _assert_nothing_is_left(server, sockets)


def test_fifty_threads_of_which_half_leave_early(server: SimulatedVllm) -> None:
    sockets = open_sockets()
    wrong: list[Any] = []

    def talk(number: int) -> None:
        for _ in range(5):
            with client.chat.completions.stream(**_question(number)) as events:
                if number % 2:
                    next(iter(events))
                elif not _is_answer(folded := events.response(), number):
                    wrong.append(folded)

    with SyncVllmClient(server.base_url, max_connections=30) as client:
        _in_threads(talk)
        assert wrong == []
        assert ask(client).finish_reason == "stop"
        assert len(list(stream(client).take(1))) == 1
    _assert_nothing_is_left(server, sockets)


def _in_threads(talk: Any) -> None:
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            talk(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
