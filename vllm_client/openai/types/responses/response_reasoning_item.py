"""Reasoning items and their parts, at their module path in openai-python."""

from .response_items import (
    ResponseReasoningItem,
    ResponseReasoningSummary as Summary,
    ResponseReasoningText as Content,
)

__all__ = ["Content", "ResponseReasoningItem", "Summary"]
