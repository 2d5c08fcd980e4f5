"""`ResponseContentPartDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseContentPartDoneEvent

__all__ = ["ResponseContentPartDoneEvent"]
