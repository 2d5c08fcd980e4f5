"""`ResponseRefusalDeltaEvent`, at its module path in openai-python."""

from .response_parts import ResponseRefusalDeltaEvent

__all__ = ["ResponseRefusalDeltaEvent"]
