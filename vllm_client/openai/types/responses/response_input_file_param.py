"""`ResponseInputFileParam`, at its module path in openai-python."""

from .input_params import ResponseInputFileParam

__all__ = ["ResponseInputFileParam"]
