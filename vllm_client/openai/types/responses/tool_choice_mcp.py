"""`ToolChoiceMcp`, at its module path in openai-python."""

from .tools import ToolChoiceMcp

__all__ = ["ToolChoiceMcp"]
