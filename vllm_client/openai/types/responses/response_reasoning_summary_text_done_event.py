"""`ResponseReasoningSummaryTextDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseReasoningSummaryTextDoneEvent

__all__ = ["ResponseReasoningSummaryTextDoneEvent"]
