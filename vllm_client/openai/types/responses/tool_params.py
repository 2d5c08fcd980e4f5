"""The tools, the tool choice and the text format of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from ..shared_params import ResponseFormatJSONObject, ResponseFormatText


class FunctionToolParam(TypedDict):
    """A function that the model may call."""

    name: str
    parameters: dict[str, object] | None
    type: Literal["function"]
    description: NotRequired[str | None]
    strict: NotRequired[bool | None]


class CustomToolParam(TypedDict):
    """A tool whose input is text."""

    name: str
    type: Literal["custom"]
    description: NotRequired[str]
    format: NotRequired[Mapping[str, Any]]


class WebSearchToolParam(TypedDict):
    """A web search."""

    type: Literal["web_search", "web_search_2025_08_26"]
    filters: NotRequired[Mapping[str, Any] | None]
    search_context_size: NotRequired[Literal["low", "medium", "high"]]
    user_location: NotRequired[Mapping[str, Any] | None]


class WebSearchPreviewToolParam(TypedDict):
    """A web search, under its earlier name."""

    type: Literal["web_search_preview", "web_search_preview_2025_03_11"]
    search_context_size: NotRequired[Literal["low", "medium", "high"]]
    user_location: NotRequired[Mapping[str, Any] | None]


class FileSearchToolParam(TypedDict):
    """A file search."""

    type: Literal["file_search"]
    vector_store_ids: Sequence[str]
    filters: NotRequired[Mapping[str, Any] | None]
    max_num_results: NotRequired[int]
    ranking_options: NotRequired[Mapping[str, Any]]


class ComputerToolParam(TypedDict):
    """A computer that the model controls."""

    type: Literal["computer"]


class Mcp(TypedDict):
    """The tools of an MCP server."""

    server_label: str
    type: Literal["mcp"]
    allowed_tools: NotRequired[Sequence[str] | Mapping[str, Any] | None]
    authorization: NotRequired[str]
    headers: NotRequired[dict[str, str] | None]
    require_approval: NotRequired[Literal["always", "never"] | Mapping[str, Any] | None]
    server_description: NotRequired[str]
    server_url: NotRequired[str]


class CodeInterpreter(TypedDict):
    """A code interpreter, which runs code that the model writes."""

    container: str | Mapping[str, Any]
    type: Literal["code_interpreter"]


class NamespaceToolParam(TypedDict):
    """Tools under a common name."""

    description: str
    name: str
    tools: Iterable[FunctionToolParam | CustomToolParam]
    type: Literal["namespace"]


# Tools for which this module has no class are passed as mappings.
ToolParam: TypeAlias = (
    FunctionToolParam
    | CustomToolParam
    | WebSearchToolParam
    | WebSearchPreviewToolParam
    | FileSearchToolParam
    | ComputerToolParam
    | Mcp
    | CodeInterpreter
    | NamespaceToolParam
    | Mapping[str, Any]
)


class ToolChoiceFunctionParam(TypedDict):
    """The function that the model must call."""

    name: str
    type: Literal["function"]


class ToolChoiceCustomParam(TypedDict):
    """The tool that the model must call."""

    name: str
    type: Literal["custom"]


class ToolChoiceMcpParam(TypedDict):
    """The MCP server that the model must use."""

    server_label: str
    type: Literal["mcp"]
    name: NotRequired[str | None]


class ToolChoiceTypesParam(TypedDict):
    """The type of tool that the model must use."""

    type: str


class ToolChoiceAllowedParam(TypedDict):
    """The tools that the model may call."""

    mode: Literal["auto", "required"]
    tools: Iterable[dict[str, object]]
    type: Literal["allowed_tools"]


ToolChoiceOptions: TypeAlias = Literal["none", "auto", "required"]


class ResponseFormatTextJSONSchemaConfigParam(TypedDict):
    """JSON that matches a schema."""

    name: str
    schema: dict[str, object]
    type: Literal["json_schema"]
    description: NotRequired[str]
    strict: NotRequired[bool | None]


ResponseFormatTextConfigParam: TypeAlias = (
    ResponseFormatText | ResponseFormatTextJSONSchemaConfigParam | ResponseFormatJSONObject
)


class ResponseTextConfigParam(TypedDict, total=False):
    """The format and verbosity of the text."""

    format: ResponseFormatTextConfigParam | Mapping[str, Any]
    verbosity: Literal["low", "medium", "high"] | None


class ResponsePromptParam(TypedDict):
    """A prompt template that OpenAI stores."""

    id: str
    variables: NotRequired[dict[str, Any] | None]
    version: NotRequired[str | None]
