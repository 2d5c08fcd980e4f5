"""`ResponseRefusalDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseRefusalDoneEvent

__all__ = ["ResponseRefusalDoneEvent"]
