"""`ResponseFormatJSONSchema`, by the module that openai-python has for it."""

from .response_format import ResponseFormatJSONSchema

__all__ = ["ResponseFormatJSONSchema"]
