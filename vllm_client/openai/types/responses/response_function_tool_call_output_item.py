"""`ResponseFunctionToolCallOutputItem`, at its module path in openai-python."""

from .input_content import ResponseFunctionToolCallOutputItem

__all__ = ["ResponseFunctionToolCallOutputItem"]
