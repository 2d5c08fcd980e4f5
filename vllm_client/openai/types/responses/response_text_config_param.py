"""`ResponseTextConfigParam`, at its module path in openai-python."""

from .tool_params import ResponseTextConfigParam

__all__ = ["ResponseTextConfigParam"]
