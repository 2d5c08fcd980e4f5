"""`ResponseReasoningSummaryPartDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseReasoningSummaryPartDoneEvent

__all__ = ["ResponseReasoningSummaryPartDoneEvent"]
