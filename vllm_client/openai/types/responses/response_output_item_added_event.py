"""`ResponseOutputItemAddedEvent`, at its module path in openai-python."""

from .response_parts import ResponseOutputItemAddedEvent

__all__ = ["ResponseOutputItemAddedEvent"]
