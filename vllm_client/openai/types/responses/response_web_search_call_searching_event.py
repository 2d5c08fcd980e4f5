"""`ResponseWebSearchCallSearchingEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseWebSearchCallSearchingEvent

__all__ = ["ResponseWebSearchCallSearchingEvent"]
