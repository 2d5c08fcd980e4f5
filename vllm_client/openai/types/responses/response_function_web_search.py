"""`ResponseFunctionWebSearch`, at its module path in openai-python."""

from .response_items import ResponseFunctionWebSearch

__all__ = ["ResponseFunctionWebSearch"]
