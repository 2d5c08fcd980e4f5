"""Wait queues and locks for asyncio and threads: no waiter is forgotten, and no wake is lost."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from math import inf
from time import monotonic

import pytest

from vllm_client._io.asyncio_ import connect_limit as async_limit, waiting as async_waiting
from vllm_client._io.threads import connect_limit as sync_limit, waiting as sync_waiting
from vllm_client._io.threads.connect_limit import MAX_CONNECTS_WHILE_REFUSING


def test_reading_a_stream_without_async_is_an_error_with_advice() -> None:
    stream = async_waiting.opening(asyncio.Event)  # type: ignore[type-var]  # never opened

    with pytest.raises(TypeError, match="read it with `async for`"):
        list(stream)  # type: ignore[call-overload]  # the mistake to be reported
    with pytest.raises(TypeError, match="enter it with `async with`"), stream:  # type: ignore
        pass


def test_first_waiting_task_is_woken_first() -> None:
    async def main() -> list[int]:
        line, woken = async_waiting.Line(), []

        async def wait(number: int) -> None:
            assert await line.wait(inf, lambda: True)
            woken.append(number)

        tasks = [asyncio.create_task(wait(number)) for number in range(3)]
        await asyncio.sleep(0)
        line.wake()
        await tasks[0]
        line.wake_all()
        await asyncio.gather(*tasks)
        line.wake()  # has no effect without waiters
        return woken

    assert asyncio.run(main()) == [0, 1, 2]


def test_wake_of_a_cancelled_task_is_passed_to_the_next() -> None:
    async def main() -> bool:
        line = async_waiting.Line()
        first, second = [asyncio.create_task(line.wait(inf, lambda: True)) for _ in range(2)]
        await asyncio.sleep(0)
        line.wake()
        first.cancel()  # after it was woken, before it runs
        with pytest.raises(asyncio.CancelledError):
            await first
        return await asyncio.wait_for(second, 20)

    assert asyncio.run(main())


def test_cancelled_task_is_removed_from_the_queue() -> None:
    async def main() -> bool:
        line = async_waiting.Line()
        first, second = [asyncio.create_task(line.wait(inf, lambda: True)) for _ in range(2)]
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        line.wake()
        return await asyncio.wait_for(second, 20)

    assert asyncio.run(main())


def test_task_waits_until_its_deadline_or_not_at_all() -> None:
    async def main() -> tuple[bool, bool]:
        line = async_waiting.Line()
        late = await line.wait(monotonic() + 0.01, lambda: True)
        return late, await line.wait(inf, lambda: False)

    assert asyncio.run(main()) == (False, True)


def test_turns_keep_no_reference_to_a_dead_loop() -> None:
    turns = async_waiting.Turns()

    async def contend() -> None:
        async def take() -> None:
            assert await turns.take(inf)
            await asyncio.sleep(0)
            turns.give_back()

        await asyncio.gather(*(take() for _ in range(3)))

    loop = asyncio.new_event_loop()
    loop.run_until_complete(contend())
    loop.close()
    gone = weakref.ref(loop)
    del loop
    gc.collect()
    assert gone() is None


def test_turn_that_is_not_acquired_in_time() -> None:
    async def main() -> list[bool]:
        turns = async_waiting.Turns()
        return [await turns.take(inf), await turns.take(monotonic() + 0.01)]

    assert asyncio.run(main()) == [True, False]


def test_every_waiting_thread_is_woken() -> None:
    line, ready, woken = sync_waiting.Line(), threading.Semaphore(0), []

    def wait(number: int) -> None:
        assert line.wait(inf, lambda: ready.release() is None)
        woken.append(number)

    with ThreadPoolExecutor(5) as threads:
        threads.map(wait, range(5))
        for _ in range(5):
            assert ready.acquire(timeout=20)
        line.wake_all()
    assert sorted(woken) == [0, 1, 2, 3, 4]
    line.wake()  # has no effect without waiters


def test_thread_waits_until_its_deadline_or_not_at_all() -> None:
    line = sync_waiting.Line()

    assert not line.wait(monotonic() + 0.01, lambda: True)
    assert line.wait(inf, lambda: False)


def test_wake_that_a_thread_did_not_need_is_passed_to_the_next() -> None:
    line, woken = sync_waiting.Line(), threading.Event()
    in_line = threading.Event()

    def second() -> None:
        assert line.wait(monotonic() + 20, lambda: in_line.set() is None)
        woken.set()

    def is_due() -> bool:
        thread.start()
        assert in_line.wait(20)
        line.wake()  # wakes the first thread, which is just about to find that it need not wait
        return False

    thread = threading.Thread(target=second)
    assert line.wait(inf, is_due)
    assert woken.wait(20)
    thread.join()


def test_limit_of_tasks_holds_while_the_server_refuses() -> None:
    async def main() -> None:
        limit = async_limit.ConnectLimit()
        assert not await limit.enter(inf)
        limit.refused()
        places = [await limit.enter(inf) for _ in range(MAX_CONNECTS_WHILE_REFUSING)]
        assert places == [True] * MAX_CONNECTS_WHILE_REFUSING
        with pytest.raises(TimeoutError):
            await limit.enter(monotonic() + 0.01)
        waiting = [asyncio.create_task(limit.enter(inf)) for _ in range(3)]
        await asyncio.sleep(0)
        limit.leave(holds_place=True)
        assert await waiting[0]
        limit.accepted()
        assert await asyncio.gather(*waiting[1:]) == [False, False]

    asyncio.run(main())


def test_limit_of_threads_holds_while_the_server_refuses() -> None:
    limit = sync_limit.ConnectLimit()
    assert not limit.enter(inf)
    limit.refused()
    places = [limit.enter(inf) for _ in range(MAX_CONNECTS_WHILE_REFUSING)]
    assert places == [True] * MAX_CONNECTS_WHILE_REFUSING
    with pytest.raises(TimeoutError):
        limit.enter(monotonic() + 0.01)
    limit.leave(holds_place=True)
    assert limit.enter(inf)
    limit.accepted()
    assert not limit.enter(inf)
