"""`ResponseCodeInterpreterCallCodeDoneEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseCodeInterpreterCallCodeDoneEvent

__all__ = ["ResponseCodeInterpreterCallCodeDoneEvent"]
