"""`ResponseReasoningTextDeltaEvent`, at its module path in openai-python."""

from .response_parts import ResponseReasoningTextDeltaEvent

__all__ = ["ResponseReasoningTextDeltaEvent"]
