"""`ResponseOutputText`, at its module path in openai-python."""

from .response_items import ResponseOutputText

__all__ = ["ResponseOutputText"]
