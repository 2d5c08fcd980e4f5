"""`ResponseMcpListToolsInProgressEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseMcpListToolsInProgressEvent

__all__ = ["ResponseMcpListToolsInProgressEvent"]
