"""`ResponseTextDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseTextDoneEvent

__all__ = ["ResponseTextDoneEvent"]
