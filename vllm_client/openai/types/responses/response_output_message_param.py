"""`ResponseOutputMessageParam`, at its module path in openai-python."""

from .input_params import ResponseOutputMessageParam

__all__ = ["ResponseOutputMessageParam"]
