"""`FileSearchTool`, at its module path in openai-python."""

from .tools import FileSearchTool

__all__ = ["FileSearchTool"]
