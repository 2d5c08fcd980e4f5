"""The response format of a JSON schema, at its module path in openai-python."""

from .response_format import JSONSchema, ResponseFormatJSONSchema

__all__ = ["JSONSchema", "ResponseFormatJSONSchema"]
