"""`ToolChoiceTypes`, at its module path in openai-python."""

from .tools import ToolChoiceTypes

__all__ = ["ToolChoiceTypes"]
