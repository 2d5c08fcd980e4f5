"""`ToolChoiceAllowed`, at its module path in openai-python."""

from .tools import ToolChoiceAllowed

__all__ = ["ToolChoiceAllowed"]
