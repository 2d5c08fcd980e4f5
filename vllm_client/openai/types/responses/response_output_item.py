"""`ResponseOutputItem`, at its module path in openai-python."""

from .response_items import ResponseOutputItem

__all__ = ["ResponseOutputItem"]
