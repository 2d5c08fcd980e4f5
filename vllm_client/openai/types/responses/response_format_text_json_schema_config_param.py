"""`ResponseFormatTextJSONSchemaConfigParam`, at its module path in openai-python."""

from .tool_params import ResponseFormatTextJSONSchemaConfigParam

__all__ = ["ResponseFormatTextJSONSchemaConfigParam"]
