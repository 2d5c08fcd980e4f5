"""`ResponseInputFile`, at its module path in openai-python."""

from .input_content import ResponseInputFile

__all__ = ["ResponseInputFile"]
