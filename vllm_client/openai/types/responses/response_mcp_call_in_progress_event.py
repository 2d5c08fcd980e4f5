"""`ResponseMcpCallInProgressEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseMcpCallInProgressEvent

__all__ = ["ResponseMcpCallInProgressEvent"]
