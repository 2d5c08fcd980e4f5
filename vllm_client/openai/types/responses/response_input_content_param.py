"""`ResponseInputContentParam`, at its module path in openai-python."""

from .input_params import ResponseInputContentParam

__all__ = ["ResponseInputContentParam"]
