"""How to call functions in asyncio. The sync package has a file of the same names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from ..events import ToolResultEvent
from ..tool_functions import FunctionTool, PlannedCall


def check_tools(tools: Iterable[FunctionTool]) -> None:
    """Raise RequestError for a function that cannot be called here; there is none."""


async def run_calls(calls: Sequence[PlannedCall]) -> list[ToolResultEvent]:
    """The results, in the order of the calls. They run all at once: coroutines in this loop,
    other functions in threads, so that one which blocks does not hold up the loop.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_run(call)) for call in calls]
    return [task.result() for task in tasks]


async def _run(call: PlannedCall) -> ToolResultEvent:
    if not call.is_async:
        return await asyncio.to_thread(call.run)
    try:
        return call.succeeded(await call.begin())
    except Exception as error:  # whatever a function raises, the model is told
        return call.failed(error)
