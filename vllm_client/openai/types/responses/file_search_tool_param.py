"""`FileSearchToolParam`, at its module path in openai-python."""

from .tool_params import FileSearchToolParam

__all__ = ["FileSearchToolParam"]
