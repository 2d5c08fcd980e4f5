"""`ResponseFormatTextJSONSchemaConfig`, at its module path in openai-python."""

from .tools import ResponseFormatTextJSONSchemaConfig

__all__ = ["ResponseFormatTextJSONSchemaConfig"]
