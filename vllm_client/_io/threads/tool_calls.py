"""Run tool calls in the calling thread. `asyncio_/tool_calls.py` is the async counterpart."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

from ...api.chat.tools import FunctionTool, PendingToolCall
from ...errors import RequestError
from ...streams.events import ToolResultEvent


def check_tools(tools: Iterable[FunctionTool]) -> None:
    """Raise RequestError for an async function, which the sync client cannot call."""
    for tool in tools:
        if tool.is_async:
            raise RequestError(f"{tool.name}() is async: AsyncVllmClient can call it")


def run_calls(calls: Sequence[PendingToolCall]) -> list[ToolResultEvent]:
    """Run tool calls one after the other in this thread, and return their results.

    Raises:
        RequestError: A function returned a coroutine.
    """
    return [_run(call) for call in calls]


def _run(call: PendingToolCall) -> ToolResultEvent:
    result = call.run()
    if isinstance(result, ToolResultEvent):
        return result
    if inspect.iscoroutine(result):
        result.close()  # or Python warns that it was never awaited
    raise RequestError(f"{call.tool_call.function.name}() is async: AsyncVllmClient can call it")
