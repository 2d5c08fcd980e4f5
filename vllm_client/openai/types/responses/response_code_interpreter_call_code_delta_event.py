"""`ResponseCodeInterpreterCallCodeDeltaEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseCodeInterpreterCallCodeDeltaEvent

__all__ = ["ResponseCodeInterpreterCallCodeDeltaEvent"]
