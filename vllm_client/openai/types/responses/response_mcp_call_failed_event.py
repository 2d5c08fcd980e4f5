"""`ResponseMcpCallFailedEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseMcpCallFailedEvent

__all__ = ["ResponseMcpCallFailedEvent"]
