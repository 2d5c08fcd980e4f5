"""`WebSearchToolParam`, at its module path in openai-python."""

from .tool_params import WebSearchToolParam

__all__ = ["WebSearchToolParam"]
