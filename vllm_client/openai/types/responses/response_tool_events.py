"""Events of tool calls that the server makes."""

from __future__ import annotations

from typing import Literal

from .response_event import ResponseEvent


class ResponseCodeInterpreterCallCodeDeltaEvent(ResponseEvent):
    """A part of the code of a code interpreter call."""

    delta: str
    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call_code.delta"]


class ResponseCodeInterpreterCallCodeDoneEvent(ResponseEvent):
    """The whole code of a code interpreter call."""

    code: str
    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call_code.done"]


class ResponseCodeInterpreterCallInProgressEvent(ResponseEvent):
    """A code interpreter call has begun."""

    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call.in_progress"]


class ResponseCodeInterpreterCallInterpretingEvent(ResponseEvent):
    """The code of a code interpreter call is running."""

    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call.interpreting"]


class ResponseCodeInterpreterCallCompletedEvent(ResponseEvent):
    """A code interpreter call is complete."""

    item_id: str
    output_index: int
    type: Literal["response.code_interpreter_call.completed"]


class ResponseWebSearchCallInProgressEvent(ResponseEvent):
    """A web search has begun."""

    item_id: str
    output_index: int
    type: Literal["response.web_search_call.in_progress"]


class ResponseWebSearchCallSearchingEvent(ResponseEvent):
    """A web search is running."""

    item_id: str
    output_index: int
    type: Literal["response.web_search_call.searching"]


class ResponseWebSearchCallCompletedEvent(ResponseEvent):
    """A web search is complete."""

    item_id: str
    output_index: int
    type: Literal["response.web_search_call.completed"]


class ResponseMcpCallInProgressEvent(ResponseEvent):
    """An MCP tool call has begun."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_call.in_progress"]


class ResponseMcpCallCompletedEvent(ResponseEvent):
    """An MCP tool call is complete."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_call.completed"]


class ResponseMcpCallFailedEvent(ResponseEvent):
    """An MCP tool call has failed."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_call.failed"]


class ResponseMcpListToolsInProgressEvent(ResponseEvent):
    """A request for the tools of an MCP server has begun."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_list_tools.in_progress"]


class ResponseMcpListToolsCompletedEvent(ResponseEvent):
    """A request for the tools of an MCP server is complete."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_list_tools.completed"]


class ResponseMcpListToolsFailedEvent(ResponseEvent):
    """A request for the tools of an MCP server has failed."""

    item_id: str
    output_index: int
    type: Literal["response.mcp_list_tools.failed"]


class ResponseMcpCallArgumentsDeltaEvent(ResponseEvent):
    """A part of the arguments of an MCP tool call."""

    delta: str
    item_id: str
    output_index: int
    type: Literal["response.mcp_call_arguments.delta"]


class ResponseMcpCallArgumentsDoneEvent(ResponseEvent):
    """The whole arguments of an MCP tool call."""

    arguments: str
    item_id: str
    output_index: int
    type: Literal["response.mcp_call_arguments.done"]
