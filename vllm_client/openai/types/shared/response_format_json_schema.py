"""`ResponseFormatJSONSchema`, at its module path in openai-python."""

from . import ResponseFormatJSONSchema

__all__ = ["ResponseFormatJSONSchema"]
