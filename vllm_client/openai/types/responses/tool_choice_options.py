"""`ToolChoiceOptions`, at its module path in openai-python."""

from .tool_params import ToolChoiceOptions

__all__ = ["ToolChoiceOptions"]
