"""`ResponseFormatTextConfigParam`, at its module path in openai-python."""

from .tool_params import ResponseFormatTextConfigParam

__all__ = ["ResponseFormatTextConfigParam"]
