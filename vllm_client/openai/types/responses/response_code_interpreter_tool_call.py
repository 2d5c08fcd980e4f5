"""`ResponseCodeInterpreterToolCall`, at its module path in openai-python."""

from .response_items import ResponseCodeInterpreterToolCall

__all__ = ["ResponseCodeInterpreterToolCall"]
