"""`ResponseWebSearchCallCompletedEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseWebSearchCallCompletedEvent

__all__ = ["ResponseWebSearchCallCompletedEvent"]
