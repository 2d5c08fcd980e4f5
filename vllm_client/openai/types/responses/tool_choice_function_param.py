"""`ToolChoiceFunctionParam`, at its module path in openai-python."""

from .tool_params import ToolChoiceFunctionParam

__all__ = ["ToolChoiceFunctionParam"]
