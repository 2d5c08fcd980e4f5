"""The items of a response's output."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from ..._models import BaseModel

ItemStatus: TypeAlias = Literal["in_progress", "completed", "incomplete"]


class LogprobTopLogprob(BaseModel):
    """One of the most likely tokens at a position."""

    token: str
    bytes: list[int]
    logprob: float


class Logprob(BaseModel):
    """A generated token, and the most likely tokens at its position."""

    token: str
    bytes: list[int]
    logprob: float
    top_logprobs: list[LogprobTopLogprob]


class AnnotationFileCitation(BaseModel):
    """A file that the text cites."""

    file_id: str
    filename: str
    index: int
    type: Literal["file_citation"]


class AnnotationURLCitation(BaseModel):
    """A page that the text cites."""

    end_index: int
    start_index: int
    title: str
    type: Literal["url_citation"]
    url: str


class AnnotationFilePath(BaseModel):
    """The path of a file that the text mentions."""

    file_id: str
    index: int
    type: Literal["file_path"]


Annotation: TypeAlias = AnnotationFileCitation | AnnotationURLCitation | AnnotationFilePath


class ResponseOutputText(BaseModel):
    """A text."""

    annotations: list[Annotation]
    text: str
    type: Literal["output_text"]
    logprobs: list[Logprob] | None = None


class ResponseOutputRefusal(BaseModel):
    """A refusal."""

    refusal: str
    type: Literal["refusal"]


class ResponseOutputMessage(BaseModel):
    """A message of the model."""

    id: str
    content: list[ResponseOutputText | ResponseOutputRefusal]
    role: Literal["assistant"]
    status: ItemStatus
    type: Literal["message"]
    phase: str | None = None


class ResponseFunctionToolCall(BaseModel):
    """A function call; `arguments` is JSON text."""

    arguments: str
    call_id: str
    name: str
    type: Literal["function_call"]
    id: str | None = None
    namespace: str | None = None
    status: ItemStatus | None = None


class ResponseFunctionToolCallItem(ResponseFunctionToolCall):
    """A function call, as an item that the server stores."""

    id: str  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]


class ResponseReasoningText(BaseModel):
    """A part of the reasoning."""

    text: str
    type: Literal["reasoning_text"]


class ResponseReasoningSummary(BaseModel):
    """A summary of the reasoning."""

    text: str
    type: Literal["summary_text"]


class ResponseReasoningItem(BaseModel):
    """The reasoning of the model."""

    id: str
    summary: list[ResponseReasoningSummary]
    type: Literal["reasoning"]
    content: list[ResponseReasoningText] | None = None
    encrypted_content: str | None = None
    status: ItemStatus | None = None


class ResponseCodeInterpreterToolCall(BaseModel):
    """A call of the code interpreter, with the code that was run."""

    id: str
    code: str | None = None
    container_id: str
    outputs: list[Any] | None = None
    status: str
    type: Literal["code_interpreter_call"]


class ResponseFunctionWebSearch(BaseModel):
    """A web search."""

    id: str
    action: Any
    status: str
    type: Literal["web_search_call"]


class ResponseFileSearchToolCall(BaseModel):
    """A file search."""

    id: str
    queries: list[str]
    status: str
    type: Literal["file_search_call"]
    results: list[Any] | None = None


class ResponseComputerToolCall(BaseModel):
    """An action on a computer that the model controls."""

    id: str
    call_id: str
    pending_safety_checks: list[Any]
    status: ItemStatus
    type: Literal["computer_call"]
    action: Any = None


class ImageGenerationCall(BaseModel):
    """A generated image."""

    id: str
    result: str | None = None
    status: str
    type: Literal["image_generation_call"]


class McpListToolsTool(BaseModel):
    """A tool of an MCP server."""

    input_schema: Any = None
    name: str
    annotations: Any = None
    description: str | None = None


class McpListTools(BaseModel):
    """The tools of an MCP server."""

    id: str
    server_label: str
    tools: list[McpListToolsTool]
    type: Literal["mcp_list_tools"]
    error: str | None = None


class McpApprovalRequest(BaseModel):
    """An MCP tool call that waits for approval."""

    id: str
    arguments: str
    name: str
    server_label: str
    type: Literal["mcp_approval_request"]


class McpCall(BaseModel):
    """An MCP tool call."""

    id: str
    arguments: str
    name: str
    server_label: str
    type: Literal["mcp_call"]
    error: Any = None
    output: str | None = None
    status: str | None = None


class ResponseCustomToolCall(BaseModel):
    """A call of a tool whose input is text."""

    call_id: str
    input: str
    name: str
    type: Literal["custom_tool_call"]
    id: str | None = None


ResponseOutputItem: TypeAlias = (
    ResponseOutputMessage
    | ResponseFunctionToolCall
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
