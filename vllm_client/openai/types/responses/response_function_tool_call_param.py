"""`ResponseFunctionToolCallParam`, at its module path in openai-python."""

from .input_params import ResponseFunctionToolCallParam

__all__ = ["ResponseFunctionToolCallParam"]
