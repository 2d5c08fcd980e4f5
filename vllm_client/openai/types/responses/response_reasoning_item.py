"""`ResponseReasoningItem`, at its module path in openai-python."""

from .response_items import ResponseReasoningItem

__all__ = ["ResponseReasoningItem"]
