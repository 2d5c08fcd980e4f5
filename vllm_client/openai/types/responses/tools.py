"""The tools, the tool choice and the text format that a response contains."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from ..._models import BaseModel
from ..shared import ResponseFormatJSONObject, ResponseFormatText


class FunctionTool(BaseModel):
    """A function that the model may call."""

    name: str
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    type: Literal["function"]
    description: str | None = None


class CustomTool(BaseModel):
    """A tool whose input is text."""

    name: str
    type: Literal["custom"]
    description: str | None = None
    format: Any = None


class WebSearchTool(BaseModel):
    """A web search."""

    type: Literal["web_search", "web_search_2025_08_26"]
    filters: Any = None
    search_context_size: Literal["low", "medium", "high"] | None = None
    user_location: Any = None


class WebSearchPreviewTool(BaseModel):
    """A web search, under its earlier name."""

    type: Literal["web_search_preview", "web_search_preview_2025_03_11"]
    search_context_size: Literal["low", "medium", "high"] | None = None
    user_location: Any = None


class FileSearchTool(BaseModel):
    """A file search."""

    type: Literal["file_search"]
    vector_store_ids: list[str]
    filters: Any = None
    max_num_results: int | None = None
    ranking_options: Any = None


class McpAllowedToolsMcpToolFilter(BaseModel):
    """The tools of an MCP server that the model may call."""

    read_only: bool | None = None
    tool_names: list[str] | None = None


class Mcp(BaseModel):
    """The tools of an MCP server."""

    server_label: str
    type: Literal["mcp"]
    allowed_tools: list[str] | McpAllowedToolsMcpToolFilter | None = None
    authorization: str | None = None
    headers: dict[str, str] | None = None
    require_approval: Any = None
    server_description: str | None = None
    server_url: str | None = None


class CodeInterpreterContainerCodeInterpreterToolAuto(BaseModel):
    """A container that is created for the code."""

    type: Literal["auto"]
    file_ids: list[str] | None = None
    memory_limit: str | None = None


class CodeInterpreter(BaseModel):
    """A code interpreter, which runs code that the model writes."""

    container: str | CodeInterpreterContainerCodeInterpreterToolAuto | None = None
    type: Literal["code_interpreter"]


class NamespaceTool(BaseModel):
    """Tools under a common name."""

    description: str
    name: str
    tools: list[FunctionTool | CustomTool]
    type: Literal["namespace"]


Tool: TypeAlias = (
    FunctionTool
    | CustomTool
    | WebSearchTool
    | WebSearchPreviewTool
    | FileSearchTool
    | Mcp
    | CodeInterpreter
    | NamespaceTool
)


class ToolChoiceFunction(BaseModel):
    """The function that the model must call."""

    name: str
    type: Literal["function"]


class ToolChoiceCustom(BaseModel):
    """The tool that the model must call."""

    name: str
    type: Literal["custom"]


class ToolChoiceMcp(BaseModel):
    """The MCP server that the model must use."""

    server_label: str
    type: Literal["mcp"]
    name: str | None = None


class ToolChoiceTypes(BaseModel):
    """The type of tool that the model must use."""

    type: str


class ToolChoiceAllowed(BaseModel):
    """The tools that the model may call."""

    mode: Literal["auto", "required"]
    tools: list[dict[str, Any]]
    type: Literal["allowed_tools"]


ToolChoice: TypeAlias = (
    Literal["none", "auto", "required"]
    | ToolChoiceTypes
    | ToolChoiceFunction
    | ToolChoiceAllowed
    | ToolChoiceMcp
    | ToolChoiceCustom
)


class ResponseFormatTextJSONSchemaConfig(BaseModel):
    """JSON that matches a schema."""

    name: str
    type: Literal["json_schema"]
    description: str | None = None
    strict: bool | None = None

    @property
    def schema_(self) -> dict[str, Any]:
        """The schema, which is sent as `schema`."""
        found: dict[str, Any] = vars(self).get("schema", {})
        return found


ResponseFormatTextConfig: TypeAlias = (
    ResponseFormatText | ResponseFormatTextJSONSchemaConfig | ResponseFormatJSONObject
)


class ResponseTextConfig(BaseModel):
    """The format and verbosity of the text."""

    format: ResponseFormatTextConfig | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class ResponsePrompt(BaseModel):
    """A prompt template that OpenAI stores."""

    id: str
    variables: dict[str, Any] | None = None
    version: str | None = None
