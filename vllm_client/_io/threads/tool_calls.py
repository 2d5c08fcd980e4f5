"""How to call functions in a thread. The async package has a file of the same names."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

from ...api.chat.tools import FunctionTool, PendingToolCall
from ...errors import RequestError
from ...streams.events import ToolResultEvent


def check_tools(tools: Iterable[FunctionTool]) -> None:
    """Raise RequestError for a function that cannot be called here."""
    for tool in tools:
        if tool.is_async:
            raise RequestError(f"{tool.name}() is async: AsyncVllmClient can call it")


def run_calls(calls: Sequence[PendingToolCall]) -> list[ToolResultEvent]:
    """The results, in the order of the calls. They run one after the other, in this thread.

    Raises RequestError for a function that turns out to be async.
    """
    return [_run(call) for call in calls]


def _run(call: PendingToolCall) -> ToolResultEvent:
    result = call.run()
    if isinstance(result, ToolResultEvent):
        return result
    if inspect.iscoroutine(result):
        result.close()  # or Python warns that nobody awaited it
    raise RequestError(f"{call.tool_call.function.name}() is async: AsyncVllmClient can call it")
