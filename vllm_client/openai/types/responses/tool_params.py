"""The tools of a request, the choice among them, and the form of the text."""

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
    """A tool that takes text."""

    name: str
    type: Literal["custom"]
    description: NotRequired[str]
    format: NotRequired[Mapping[str, Any]]


class WebSearchToolParam(TypedDict):
    """A search of the web."""

    type: Literal["web_search", "web_search_2025_08_26"]
    filters: NotRequired[Mapping[str, Any] | None]
    search_context_size: NotRequired[Literal["low", "medium", "high"]]
    user_location: NotRequired[Mapping[str, Any] | None]


class WebSearchPreviewToolParam(TypedDict):
    """A search of the web, by its earlier name."""

    type: Literal["web_search_preview", "web_search_preview_2025_03_11"]
    search_context_size: NotRequired[Literal["low", "medium", "high"]]
    user_location: NotRequired[Mapping[str, Any] | None]


class FileSearchToolParam(TypedDict):
    """A search of files."""

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
    """A place where the model runs code."""

    container: str | Mapping[str, Any]
    type: Literal["code_interpreter"]


class NamespaceToolParam(TypedDict):
    """Tools under a common name."""

    description: str
    name: str
    tools: Iterable[FunctionToolParam | CustomToolParam]
    type: Literal["namespace"]


# Tools without a class of their own here are mappings, too.
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
    """The kind of tool that the model must use."""

    type: str


class ToolChoiceAllowedParam(TypedDict):
    """The tools that the model may call."""

    mode: Literal["auto", "required"]
    tools: Iterable[dict[str, object]]
    type: Literal["allowed_tools"]


ToolChoiceOptions: TypeAlias = Literal["none", "auto", "required"]


class ResponseFormatTextJSONSchemaConfigParam(TypedDict):
    """JSON of a schema."""

    name: str
    schema: dict[str, object]
    type: Literal["json_schema"]
    description: NotRequired[str]
    strict: NotRequired[bool | None]


ResponseFormatTextConfigParam: TypeAlias = (
    ResponseFormatText | ResponseFormatTextJSONSchemaConfigParam | ResponseFormatJSONObject
)


class ResponseTextConfigParam(TypedDict, total=False):
    """The form of the text."""

    format: ResponseFormatTextConfigParam | Mapping[str, Any]
    verbosity: Literal["low", "medium", "high"] | None


class ResponsePromptParam(TypedDict):
    """A prompt that OpenAI keeps."""

    id: str
    variables: NotRequired[dict[str, Any] | None]
    version: NotRequired[str | None]
