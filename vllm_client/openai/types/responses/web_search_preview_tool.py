"""`WebSearchPreviewTool`, at its module path in openai-python."""

from .tools import WebSearchPreviewTool

__all__ = ["WebSearchPreviewTool"]
