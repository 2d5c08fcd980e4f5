"""`ToolChoiceMcpParam`, at its module path in openai-python."""

from .tool_params import ToolChoiceMcpParam

__all__ = ["ToolChoiceMcpParam"]
