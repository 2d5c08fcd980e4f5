"""`ResponseCodeInterpreterCallCompletedEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseCodeInterpreterCallCompletedEvent

__all__ = ["ResponseCodeInterpreterCallCompletedEvent"]
