"""`CustomTool`, at its module path in openai-python."""

from .tools import CustomTool

__all__ = ["CustomTool"]
