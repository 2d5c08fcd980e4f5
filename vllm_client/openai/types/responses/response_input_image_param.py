"""`ResponseInputImageParam`, at its module path in openai-python."""

from .input_params import ResponseInputImageParam

__all__ = ["ResponseInputImageParam"]
