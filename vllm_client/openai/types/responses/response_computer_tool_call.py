"""`ResponseComputerToolCall`, at its module path in openai-python."""

from .response_items import ResponseComputerToolCall

__all__ = ["ResponseComputerToolCall"]
