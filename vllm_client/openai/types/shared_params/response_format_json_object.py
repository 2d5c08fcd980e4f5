"""`ResponseFormatJSONObject`, at its module path in openai-python."""

from .response_format import ResponseFormatJSONObject

__all__ = ["ResponseFormatJSONObject"]
