"""`ToolChoiceTypesParam`, at its module path in openai-python."""

from .tool_params import ToolChoiceTypesParam

__all__ = ["ToolChoiceTypesParam"]
