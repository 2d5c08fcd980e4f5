"""`ResponseTextConfig`, at its module path in openai-python."""

from .tools import ResponseTextConfig

__all__ = ["ResponseTextConfig"]
