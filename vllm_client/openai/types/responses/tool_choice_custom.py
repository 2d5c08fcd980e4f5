"""`ToolChoiceCustom`, at its module path in openai-python."""

from .tools import ToolChoiceCustom

__all__ = ["ToolChoiceCustom"]
