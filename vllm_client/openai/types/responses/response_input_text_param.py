"""`ResponseInputTextParam`, at its module path in openai-python."""

from .input_params import ResponseInputTextParam

__all__ = ["ResponseInputTextParam"]
