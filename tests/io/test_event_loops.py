"""The event loop of a task, or a word about the one that is missing."""

import asyncio
from typing import Any

import pytest

from vllm_client._io.event_loops import running_loop
from vllm_client.errors import RequestError


async def _of_a_task() -> Any:
    return running_loop()


def test_loop_of_a_task_is_the_running_one() -> None:
    async def main() -> bool:
        return await _of_a_task() is asyncio.get_running_loop()

    assert asyncio.run(main())


def test_other_event_loops_are_refused_in_words() -> None:
    with pytest.raises(RequestError, match="AsyncVllmClient needs asyncio"):
        _of_a_task().send(None)
