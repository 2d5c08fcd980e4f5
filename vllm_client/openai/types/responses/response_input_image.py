"""`ResponseInputImage`, at its module path in openai-python."""

from .input_content import ResponseInputImage

__all__ = ["ResponseInputImage"]
