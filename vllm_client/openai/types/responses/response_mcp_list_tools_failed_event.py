"""`ResponseMcpListToolsFailedEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseMcpListToolsFailedEvent

__all__ = ["ResponseMcpListToolsFailedEvent"]
