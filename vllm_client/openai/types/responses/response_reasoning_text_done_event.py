"""`ResponseReasoningTextDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseReasoningTextDoneEvent

__all__ = ["ResponseReasoningTextDoneEvent"]
