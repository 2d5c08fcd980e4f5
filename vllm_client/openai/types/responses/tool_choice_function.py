"""`ToolChoiceFunction`, at its module path in openai-python."""

from .tools import ToolChoiceFunction

__all__ = ["ToolChoiceFunction"]
