"""`ResponseReasoningItem`, by the module that openai-python has for it."""

from .response_items import ResponseReasoningItem

__all__ = ["ResponseReasoningItem"]
