"""`ResponseOutputItemDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseOutputItemDoneEvent

__all__ = ["ResponseOutputItemDoneEvent"]
