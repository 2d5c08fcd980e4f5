"""`ResponseFunctionToolCall`, by the module that openai-python has for it."""

from .response_items import ResponseFunctionToolCall

__all__ = ["ResponseFunctionToolCall"]
