"""`ToolChoiceAllowedParam`, at its module path in openai-python."""

from .tool_params import ToolChoiceAllowedParam

__all__ = ["ToolChoiceAllowedParam"]
