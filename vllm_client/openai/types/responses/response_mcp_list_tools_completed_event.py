"""`ResponseMcpListToolsCompletedEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseMcpListToolsCompletedEvent

__all__ = ["ResponseMcpListToolsCompletedEvent"]
