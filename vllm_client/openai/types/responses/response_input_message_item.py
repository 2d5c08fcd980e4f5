"""`ResponseInputMessageItem`, at its module path in openai-python."""

from .input_content import ResponseInputMessageItem

__all__ = ["ResponseInputMessageItem"]
