"""`ResponseReasoningSummaryPartAddedEvent`, at its module path in openai-python."""

from .response_parts import ResponseReasoningSummaryPartAddedEvent

__all__ = ["ResponseReasoningSummaryPartAddedEvent"]
