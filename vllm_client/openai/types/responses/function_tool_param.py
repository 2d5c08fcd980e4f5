"""`FunctionToolParam`, at its module path in openai-python."""

from .tool_params import FunctionToolParam

__all__ = ["FunctionToolParam"]
