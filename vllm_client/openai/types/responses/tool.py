"""Tools in a response, at their module path in openai-python."""

from .tools import (
    CodeInterpreter,
    CodeInterpreterContainerCodeInterpreterToolAuto,
    CustomTool,
    FunctionTool,
    Mcp,
    McpAllowedToolsMcpToolFilter,
    Tool,
    WebSearchTool,
)

__all__ = [
    "CodeInterpreter",
    "CodeInterpreterContainerCodeInterpreterToolAuto",
    "CustomTool",
    "FunctionTool",
    "Mcp",
    "McpAllowedToolsMcpToolFilter",
    "Tool",
    "WebSearchTool",
]
