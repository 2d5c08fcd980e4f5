"""`ResponseMcpCallArgumentsDeltaEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseMcpCallArgumentsDeltaEvent

__all__ = ["ResponseMcpCallArgumentsDeltaEvent"]
