"""`ResponseMcpCallCompletedEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseMcpCallCompletedEvent

__all__ = ["ResponseMcpCallCompletedEvent"]
