"""Conversations in which the model calls functions: the next request, and when they end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeAlias

import attrs

from ...codec.answer import extended
from ...codec.answer_fields import NOT_IN_JSON
from ...codec.arguments import CUT_REASONS, is_whole
from ...codec.decoder import structure
from ...errors import RequestError, ToolRoundsError, shortened
from ...streams.events import ToolResultEvent
from ..common.input_lists import listed
from .answers import ChatCompletionResponse, Message
from .messages import MessageParam
from .tools import FunctionTool, PendingToolCall, sendable

ToolFunctions: TypeAlias = Iterable[Callable[..., Any]]

# Max characters of a tool's name in an error.
_MAX_NAME = 80


@attrs.frozen(repr=False, kw_only=True)
class ToolRunResponse(ChatCompletionResponse):
    """The last response of a conversation in which the model called functions.

    Attributes:
        messages: The whole conversation, including the results of the calls and this answer.
        responses: All responses of the model, this one included, each with its usage.
        tool_results: The result or error of each call, in order.
    """

    messages: list[MessageParam] = attrs.field(metadata=NOT_IN_JSON)
    responses: list[ChatCompletionResponse] = attrs.field(metadata=NOT_IN_JSON)
    tool_results: list[ToolResultEvent] = attrs.field(metadata=NOT_IN_JSON)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> NoReturn:
        """Raise RequestError, because `to_dict` contains only the last answer."""
        raise RequestError(
            "ToolRunResponse: its JSON has the last answer without the conversation; "
            "read it with ChatCompletionResponse.from_dict() or from_json()"
        )


class ToolConversation:
    """The state of a conversation with tools.

    It does no I/O: its caller sends the requests, calls the functions and passes the results.
    """

    def __init__(self, options: Mapping[str, Any], tools: ToolFunctions, max_rounds: int) -> None:
        if isinstance(max_rounds, bool) or not isinstance(max_rounds, int) or max_rounds < 1:
            raise RequestError(f"max_rounds: expected 1 or more, got {max_rounds!r:.80}")
        if options.get("n") not in (None, 1):
            raise RequestError("n: expected 1, as a conversation with tools continues one answer")
        self.tools = _by_name(listed("tools", tools))
        self._options = dict(options)
        self._max_rounds = max_rounds
        self._messages = listed("messages", options.get("messages", ()))
        self._responses: list[ChatCompletionResponse] = []
        self._results: list[ToolResultEvent] = []

    @property
    def options(self) -> dict[str, Any]:
        """The keywords of the next request.

        A `tool_choice` that forces a call is only sent with the first request. Otherwise the model
        would call tools forever.
        """
        params = [tool.as_param() for tool in self.tools.values()]
        options = {**self._options, "messages": list(self._messages), "tools": params}
        if self._responses and options.get("tool_choice") not in (None, "auto", "none"):
            del options["tool_choice"]
        return options

    def receive(self, response: ChatCompletionResponse) -> list[PendingToolCall]:
        """Add a response, and return its calls: none if the conversation has ended.

        Raises ToolRoundsError if `max_rounds` responses have not ended it.
        """
        self._responses.append(response)
        calls = self._pending(response)
        if calls and len(self._responses) >= self._max_rounds:
            raise self._too_long(response)
        self._messages.append(_sendable(response.message))
        return calls

    def _pending(self, response: ChatCompletionResponse) -> list[PendingToolCall]:
        """Return the calls of a response: none if it was cut off before any call was complete."""
        names, is_cut = tuple(self.tools), response.finish_reason in CUT_REASONS
        calls = [
            PendingToolCall(
                tool_call=call,
                tool=self.tools.get(call.function.name),
                others=names,
                is_cut=is_cut and not is_whole(call.function.arguments, finished=False),
            )
            for call in response.tool_calls
        ]
        return [] if all(call.is_cut for call in calls) else calls

    def answer(self, results: Iterable[ToolResultEvent]) -> None:
        """Add the results of all calls of the last response, in order."""
        for result in results:
            self._results.append(result)
            self._messages.append(
                {
                    "role": "tool",
                    "tool_call_id": sendable(result.tool_call.id),
                    "content": result.content,
                }
            )

    def response(self) -> ToolRunResponse:
        """Return the last response with the whole conversation."""
        return extended(
            self._responses[-1],
            ToolRunResponse,
            messages=list(self._messages),
            responses=list(self._responses),
            tool_results=list(self._results),
        )

    def _too_long(self, response: ChatCompletionResponse) -> ToolRoundsError:
        name = shortened(response.tool_calls[0].function.name, _MAX_NAME)
        error = ToolRoundsError(
            f"the model still calls {name}() "
            f"in answer {len(self._responses)} of {self._max_rounds} (max_rounds)"
        )
        error.messages, error.response = list(self._messages), response
        return error


def _sendable(message: Message) -> Message:
    said = message.as_input()
    clean = sendable(said)
    return message if clean == said else structure(clean, Message)


def _by_name(functions: list[Any]) -> dict[str, FunctionTool]:
    tools: dict[str, FunctionTool] = {}
    for tool in map(FunctionTool.of, functions):
        if tool.name in tools:
            raise RequestError(f"tools: two functions are named {tool.name}")
        tools[tool.name] = tool
    if not tools:
        raise RequestError("tools: expected at least one function")
    return tools
