"""`ResponseCodeInterpreterCallInterpretingEvent`, at its module path in openai-python."""

from .response_tool_events import ResponseCodeInterpreterCallInterpretingEvent

__all__ = ["ResponseCodeInterpreterCallInterpretingEvent"]
