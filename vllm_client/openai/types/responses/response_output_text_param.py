"""`ResponseOutputTextParam`, at its module path in openai-python."""

from .input_params import ResponseOutputTextParam

__all__ = ["ResponseOutputTextParam"]
