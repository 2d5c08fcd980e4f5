"""`ResponseOutputRefusalParam`, at its module path in openai-python."""

from .input_params import ResponseOutputRefusalParam

__all__ = ["ResponseOutputRefusalParam"]
