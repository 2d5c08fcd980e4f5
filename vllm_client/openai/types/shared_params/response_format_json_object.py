"""`ResponseFormatJSONObject`, by the module that openai-python has for it."""

from .response_format import ResponseFormatJSONObject

__all__ = ["ResponseFormatJSONObject"]
