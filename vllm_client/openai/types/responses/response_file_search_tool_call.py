"""`ResponseFileSearchToolCall`, at its module path in openai-python."""

from .response_items import ResponseFileSearchToolCall

__all__ = ["ResponseFileSearchToolCall"]
