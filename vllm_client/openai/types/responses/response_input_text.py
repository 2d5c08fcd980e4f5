"""`ResponseInputText`, at its module path in openai-python."""

from .input_content import ResponseInputText

__all__ = ["ResponseInputText"]
