"""`ResponseOutputRefusal`, at its module path in openai-python."""

from .response_items import ResponseOutputRefusal

__all__ = ["ResponseOutputRefusal"]
