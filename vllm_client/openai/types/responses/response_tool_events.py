"""Events of tools that the server calls."""

from __future__ import annotations

from typing import Literal

from .response_event import ResponseEvent


class ResponseCodeInterpreterCallCodeDeltaEvent(ResponseEvent):
    """A piece of code to run."""

    delta: str
    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call_code.delta"]


class ResponseCodeInterpreterCallCodeDoneEvent(ResponseEvent):
    """The whole code to run."""

    code: str
    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call_code.done"]


class ResponseCodeInterpreterCallInProgressEvent(ResponseEvent):
    """Code to run is in progress."""

    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call.in_progress"]


class ResponseCodeInterpreterCallInterpretingEvent(ResponseEvent):
    """Code to run is interpreting."""

    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call.interpreting"]


class ResponseCodeInterpreterCallCompletedEvent(ResponseEvent):
    """Code to run is completed."""

    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call.completed"]


class ResponseWebSearchCallInProgressEvent(ResponseEvent):
    """A search of the web is in progress."""

    item_id: str
    output_index: int
    type: Literal["response.web_search_call.in_progress"]


class ResponseWebSearchCallSearchingEvent(ResponseEvent):
    """A search of the web is searching."""

    item_id: str
    output_index: int
    type: Literal["response.web_search_call.searching"]


class ResponseWebSearchCallCompletedEvent(ResponseEvent):
    """A search of the web is completed."""

    item_id: str
    output_index: int
    type: Literal["response.web_search_call.completed"]


class ResponseMcpCallInProgressEvent(ResponseEvent):
    """A call of an MCP tool is in progress."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_call.in_progress"]


class ResponseMcpCallCompletedEvent(ResponseEvent):
    """A call of an MCP tool is completed."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_call.completed"]


class ResponseMcpCallFailedEvent(ResponseEvent):
    """A call of an MCP tool is failed."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_call.failed"]


class ResponseMcpListToolsInProgressEvent(ResponseEvent):
    """The list of an MCP server's tools is in progress."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_list_tools.in_progress"]


class ResponseMcpListToolsCompletedEvent(ResponseEvent):
    """The list of an MCP server's tools is completed."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_list_tools.completed"]


class ResponseMcpListToolsFailedEvent(ResponseEvent):
    """The list of an MCP server's tools is failed."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_list_tools.failed"]


class ResponseMcpCallArgumentsDeltaEvent(ResponseEvent):
    """A piece of the arguments of an MCP tool."""

    delta: str
    item_id: str
    output_index: int
    type: Literal["response.mcp_call_arguments.delta"]


class ResponseMcpCallArgumentsDoneEvent(ResponseEvent):
    """The whole arguments of an MCP tool."""

    arguments: str
    item_id: str
    output_index: int
    type: Literal["response.mcp_call_arguments.done"]
