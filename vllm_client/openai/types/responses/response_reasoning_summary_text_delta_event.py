"""`ResponseReasoningSummaryTextDeltaEvent`, at its module path in openai-python."""

from .response_parts import ResponseReasoningSummaryTextDeltaEvent

__all__ = ["ResponseReasoningSummaryTextDeltaEvent"]
