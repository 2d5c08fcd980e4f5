"""`ResponseOutputMessage`, at its module path in openai-python."""

from .response_items import ResponseOutputMessage

__all__ = ["ResponseOutputMessage"]
