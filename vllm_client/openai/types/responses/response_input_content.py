"""`ResponseInputContent`, at its module path in openai-python."""

from .input_content import ResponseInputContent

__all__ = ["ResponseInputContent"]
