"""A response whose text is parsed to instances of a class."""

from __future__ import annotations

from typing import Any, Generic, TypeAlias, TypeVar

from .response import Response
from .response_items import (
    ImageGenerationCall,
    McpApprovalRequest,
    McpCall,
    McpListTools,
    ResponseCodeInterpreterToolCall,
    ResponseComputerToolCall,
    ResponseCustomToolCall,
    ResponseFileSearchToolCall,
    ResponseFunctionToolCall,
    ResponseFunctionWebSearch,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningItem,
)

ContentType = TypeVar("ContentType")


class ParsedResponseOutputText(ResponseOutputText, Generic[ContentType]):
    """A text, with its parsed value in `parsed`."""

    parsed: ContentType | None = None


class ParsedResponseOutputMessage(ResponseOutputMessage, Generic[ContentType]):
    """A message of the model."""

    content: list[ParsedResponseOutputText[ContentType] | ResponseOutputRefusal]  # type: ignore[assignment]


class ParsedResponseFunctionToolCall(ResponseFunctionToolCall):
    """A function call, with its parsed arguments in `parsed_arguments`."""

    parsed_arguments: Any = None


ParsedResponseOutputItem: TypeAlias = (
    ParsedResponseOutputMessage[ContentType]
    | ParsedResponseFunctionToolCall
    | ResponseReasoningItem
    | ResponseCodeInterpreterToolCall
    | ResponseFunctionWebSearch
    | ResponseFileSearchToolCall
    | ResponseComputerToolCall
    | ImageGenerationCall
    | McpListTools
    | McpApprovalRequest
    | McpCall
    | ResponseCustomToolCall
)


class ParsedResponse(Response, Generic[ContentType]):
    """The response of `responses.parse`."""

    output: list[ParsedResponseOutputItem[ContentType]]  # type: ignore[assignment]

    @property
    def output_parsed(self) -> ContentType | None:
        """The parsed value of the first text."""
        for item in self.output:
            if item.type == "message":
                for part in item.content:
                    if part.type == "output_text" and part.parsed is not None:
                        return part.parsed
        return None
