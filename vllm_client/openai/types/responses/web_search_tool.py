"""`WebSearchTool`, at its module path in openai-python."""

from .tools import WebSearchTool

__all__ = ["WebSearchTool"]
