"""`ResponseMcpCallArgumentsDoneEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseMcpCallArgumentsDoneEvent

__all__ = ["ResponseMcpCallArgumentsDoneEvent"]
