"""Output items, at their module path in openai-python."""

from .response_items import (
    ImageGenerationCall,
    McpApprovalRequest,
    McpCall,
    McpListTools,
    McpListToolsTool,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseReasoningItem,
)

__all__ = [
    "ImageGenerationCall",
    "McpApprovalRequest",
    "McpCall",
    "McpListTools",
    "McpListToolsTool",
    "ResponseFunctionToolCall",
    "ResponseOutputItem",
    "ResponseOutputMessage",
    "ResponseReasoningItem",
]
