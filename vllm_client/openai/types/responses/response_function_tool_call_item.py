"""`ResponseFunctionToolCallItem`, at its module path in openai-python."""

from .response_items import ResponseFunctionToolCallItem

__all__ = ["ResponseFunctionToolCallItem"]
