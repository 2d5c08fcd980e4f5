"""Tools in a request, at their module path in openai-python."""

from .tool_params import (
    CodeInterpreter,
    CustomToolParam,
    FileSearchToolParam,
    FunctionToolParam,
    Mcp,
    ToolParam,
    WebSearchToolParam,
)

__all__ = [
    "CodeInterpreter",
    "CustomToolParam",
    "FileSearchToolParam",
    "FunctionToolParam",
    "Mcp",
    "ToolParam",
    "WebSearchToolParam",
]
