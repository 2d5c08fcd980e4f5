"""`CustomToolParam`, at its module path in openai-python."""

from .tool_params import CustomToolParam

__all__ = ["CustomToolParam"]
