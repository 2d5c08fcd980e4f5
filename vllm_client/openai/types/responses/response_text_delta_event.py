"""`ResponseTextDeltaEvent`, at its module path in openai-python."""

from .response_parts import ResponseTextDeltaEvent

__all__ = ["ResponseTextDeltaEvent"]
