"""`ResponseFunctionCallOutputItemListParam`, at its module path in openai-python."""

from .input_params import ResponseFunctionCallOutputItemListParam

__all__ = ["ResponseFunctionCallOutputItemListParam"]
