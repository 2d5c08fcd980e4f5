"""`FunctionTool`, at its module path in openai-python."""

from .tools import FunctionTool

__all__ = ["FunctionTool"]
