"""Parsing of the texts and tool arguments of responses."""

from __future__ import annotations

from typing import Any

from ._parsing import PydanticTool, arguments_of, instance_of, tools_by_name
from ._types import is_given
from .types.responses import ParsedResponse, Response


def response_tools(tools: Any) -> Any:
    """Convert tools from the format of chat completions to that of the Responses API."""
    if tools is None or not is_given(tools):
        return tools
    return [_response_tool(tool) for tool in tools]


def _response_tool(tool: Any) -> Any:
    function = tool.get("function")
    if function is None:
        return tool
    made = PydanticTool(type="function", **function)
    if isinstance(tool, PydanticTool):
        made.model = tool.model
    return made


def parsed_response(kind: Any, tools: Any, response: Response) -> ParsedResponse[Any]:
    """Parse the texts and tool arguments of a response.

    Raises:
        pydantic.ValidationError: A text or an argument does not match its class.
    """
    parsed: ParsedResponse[Any] = ParsedResponse._of(response.to_dict())
    by_name = tools_by_name(tools)
    for item in parsed.output:
        if item.type == "message":
            for part in item.content:
                if part.type == "output_text":
                    part.parsed = instance_of(kind, part.text)
        elif item.type == "function_call":
            item.parsed_arguments = arguments_of(by_name.get(item.name), item)
    return parsed


class ResponseState:
    """The part of a streamed response that has been received."""

    def __init__(self, kind: Any, tools: Any) -> None:
        self._kind = kind
        self._tools = tools
        self._texts: dict[tuple[int, int], str] = {}
        self._arguments: dict[int, str] = {}
        self._final: Response | None = None

    def receive(self, event: Any) -> Any:
        """Add `snapshot` or `parsed` to an event, as openai-python does, and return it."""
        if event.type == "response.output_text.delta":
            place = (event.output_index, event.content_index)
            self._texts[place] = self._texts.get(place, "") + event.delta
            event.snapshot = self._texts[place]
        elif event.type == "response.function_call_arguments.delta":
            text = self._arguments.get(event.output_index, "") + event.delta
            self._arguments[event.output_index] = event.snapshot = text
        elif event.type == "response.output_text.done":
            event.parsed = instance_of(self._kind, event.text)
        elif event.type == "response.completed":
            event.response = parsed_response(self._kind, self._tools, event.response)
            self._final = event.response
        return event

    def final(self) -> Any:
        """Return the whole response.

        Raises:
            RuntimeError: There was no `response.completed` event.
        """
        if self._final is None:
            raise RuntimeError("Didn't receive a `response.completed` event.")
        return self._final
