"""`ToolChoiceCustomParam`, at its module path in openai-python."""

from .tool_params import ToolChoiceCustomParam

__all__ = ["ToolChoiceCustomParam"]
