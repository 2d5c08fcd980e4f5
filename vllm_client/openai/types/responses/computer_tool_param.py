"""`ComputerToolParam`, at its module path in openai-python."""

from .tool_params import ComputerToolParam

__all__ = ["ComputerToolParam"]
