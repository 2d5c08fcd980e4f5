"""`ResponseContentPartAddedEvent`, at its module path in openai-python."""

from .response_parts import ResponseContentPartAddedEvent

__all__ = ["ResponseContentPartAddedEvent"]
