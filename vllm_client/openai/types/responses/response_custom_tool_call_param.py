"""`ResponseCustomToolCallParam`, at its module path in openai-python."""

from .input_params import ResponseCustomToolCallParam

__all__ = ["ResponseCustomToolCallParam"]
