"""`ResponseWebSearchCallInProgressEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseWebSearchCallInProgressEvent

__all__ = ["ResponseWebSearchCallInProgressEvent"]
