"""`ResponseCodeInterpreterCallInProgressEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseCodeInterpreterCallInProgressEvent

__all__ = ["ResponseCodeInterpreterCallInProgressEvent"]
