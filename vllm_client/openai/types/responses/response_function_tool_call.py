"""`ResponseFunctionToolCall`, at its module path in openai-python."""

from .response_items import ResponseFunctionToolCall

__all__ = ["ResponseFunctionToolCall"]
