"""Finding the running event loop, and running work that must not be cancelled."""

import asyncio
from typing import Any

import pytest

from vllm_client._io.event_loops import running_loop, uninterrupted
from vllm_client.errors import RequestError


async def _of_a_task() -> Any:
    return running_loop()


def test_loop_of_a_task_is_the_running_one() -> None:
    async def main() -> bool:
        return await _of_a_task() is asyncio.get_running_loop()

    assert asyncio.run(main())


def test_other_event_loops_are_rejected() -> None:
    with pytest.raises(RequestError, match="AsyncVllmClient needs asyncio"):
        _of_a_task().send(None)


def test_a_cancellation_is_raised_after_the_work_has_ended() -> None:
    async def main() -> list[str]:
        may_end, steps = asyncio.Event(), []

        async def work() -> None:
            await may_end.wait()
            steps.append("worked")

        task = asyncio.create_task(uninterrupted(work()))
        for _ in range(2):
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        return steps

    assert asyncio.run(main()) == ["worked"]


def test_a_cancellation_takes_precedence_over_an_error_of_the_work() -> None:
    async def main() -> None:
        may_end = asyncio.Event()

        async def work() -> None:
            await may_end.wait()
            raise OSError("disk full")

        task = asyncio.create_task(uninterrupted(work()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_an_error_of_the_work_is_raised() -> None:
    async def work() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        asyncio.run(uninterrupted(work()))
