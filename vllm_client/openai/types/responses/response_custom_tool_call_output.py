"""`ResponseCustomToolCallOutput`, at its module path in openai-python."""

from .input_content import ResponseCustomToolCallOutput

__all__ = ["ResponseCustomToolCallOutput"]
