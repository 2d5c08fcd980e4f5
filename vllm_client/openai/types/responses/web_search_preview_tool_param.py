"""`WebSearchPreviewToolParam`, at its module path in openai-python."""

from .tool_params import WebSearchPreviewToolParam

__all__ = ["WebSearchPreviewToolParam"]
