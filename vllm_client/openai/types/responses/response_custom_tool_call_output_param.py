"""`ResponseCustomToolCallOutputParam`, at its module path in openai-python."""

from .input_params import ResponseCustomToolCallOutputParam

__all__ = ["ResponseCustomToolCallOutputParam"]
