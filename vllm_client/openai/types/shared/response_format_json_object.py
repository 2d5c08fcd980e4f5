"""`ResponseFormatJSONObject`, at its module path in openai-python."""

from . import ResponseFormatJSONObject

__all__ = ["ResponseFormatJSONObject"]
