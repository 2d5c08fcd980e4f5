"""The form of a schema, by the module that openai-python has for it."""

from .response_format import JSONSchema, ResponseFormatJSONSchema

__all__ = ["JSONSchema", "ResponseFormatJSONSchema"]
