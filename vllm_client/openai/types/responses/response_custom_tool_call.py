"""`ResponseCustomToolCall`, at its module path in openai-python."""

from .response_items import ResponseCustomToolCall

__all__ = ["ResponseCustomToolCall"]
