"""Run tool calls in asyncio. `threads/tool_calls.py` is the sync counterpart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError

from ...api.chat.tools import FunctionTool, PendingToolCall
from ...streams.events import ToolResultEvent


def check_tools(tools: Iterable[FunctionTool]) -> None:
    """Do nothing: the async client can call every function. The sync counterpart checks them."""


async def run_calls(calls: Sequence[PendingToolCall]) -> list[ToolResultEvent]:
    """Run tool calls concurrently, and return the results in the order of the calls.

    Coroutines run in this event loop; other functions run in threads, so that they do not block
    the loop.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(call)) for call in calls]
    except BaseExceptionGroup as errors:
        if len(errors.exceptions) != 1:
            raise
        (error,) = errors.exceptions
        raise error from error.__cause__  # without the ExceptionGroup
    return [_result(call, task) for call, task in zip(calls, tasks, strict=True)]


async def _run(call: PendingToolCall) -> ToolResultEvent:
    result = call.run() if call.is_async else await asyncio.to_thread(call.run)
    if isinstance(result, ToolResultEvent):
        return result
    try:
        return call.succeeded(await result)
    except Exception as error:  # the model gets the error as the result of the call
        return call.failed(error)


def _result(call: PendingToolCall, task: asyncio.Task[ToolResultEvent]) -> ToolResultEvent:
    try:
        return task.result()
    except asyncio.CancelledError as error:
        # The function itself raised this error. A cancelled call never gets here, since its results
        # are not read.
        return call.failed(CancelledError(*error.args))
