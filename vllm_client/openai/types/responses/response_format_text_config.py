"""`ResponseFormatTextConfig`, at its module path in openai-python."""

from .tools import ResponseFormatTextConfig

__all__ = ["ResponseFormatTextConfig"]
