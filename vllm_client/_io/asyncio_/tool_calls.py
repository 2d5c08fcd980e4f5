"""How to call functions in asyncio. The sync package has a file of the same names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError

from ...api.chat.tools import FunctionTool, PendingToolCall
from ...streams.events import ToolResultEvent


def check_tools(tools: Iterable[FunctionTool]) -> None:
    """Raise RequestError for a function that cannot be called here; there is none."""


async def run_calls(calls: Sequence[PendingToolCall]) -> list[ToolResultEvent]:
    """The results, in the order of the calls. They run all at once: coroutines in this loop,
    other functions in threads, so that one which blocks does not hold up the loop.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(call)) for call in calls]
    except BaseExceptionGroup as errors:
        if len(errors.exceptions) != 1:
            raise
        (error,) = errors.exceptions
        raise error from error.__cause__  # as it is without asyncio
    return [_result(call, task) for call, task in zip(calls, tasks, strict=True)]


async def _run(call: PendingToolCall) -> ToolResultEvent:
    result = call.run() if call.is_async else await asyncio.to_thread(call.run)
    if isinstance(result, ToolResultEvent):
        return result
    try:
        return call.succeeded(await result)
    except Exception as error:  # whatever a function raises, the model is told
        return call.failed(error)


def _result(call: PendingToolCall, task: asyncio.Task[ToolResultEvent]) -> ToolResultEvent:
    try:
        return task.result()
    except asyncio.CancelledError as error:  # the function's own: nobody cancelled the group
        return call.failed(CancelledError(*error.args))
