"""Conversations in which the model calls functions: what to ask next, and when it is over."""

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

# of a tool's name in an error
_MAX_NAME = 80


@attrs.frozen(repr=False, kw_only=True)
class ToolRunResponse(ChatCompletionResponse):
    """The last answer of a conversation in which the model called functions.

    messages: the whole conversation, with the results of the calls and this answer.
    responses: all the model's answers, this one among them, each with its usage.
    tool_results: what each call gave, or how it failed, in order.
    """

    messages: list[MessageParam] = attrs.field(metadata=NOT_IN_JSON)
    responses: list[ChatCompletionResponse] = attrs.field(metadata=NOT_IN_JSON)
    tool_results: list[ToolResultEvent] = attrs.field(metadata=NOT_IN_JSON)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> NoReturn:
        """Raise RequestError: `to_dict` has the last answer alone."""
        raise RequestError(
            "ToolRunResponse: its JSON has the last answer without the conversation; "
            "read it with ChatCompletionResponse.from_dict() or from_json()"
        )


class ToolConversation:
    """A conversation under way. It does no I/O: who drives it sends, calls, and tells."""

    def __init__(self, options: Mapping[str, Any], tools: ToolFunctions, max_rounds: int) -> None:
        if isinstance(max_rounds, bool) or not isinstance(max_rounds, int) or max_rounds < 1:
            raise RequestError(f"max_rounds: expected 1 or more, got {max_rounds!r:.80}")
        if options.get("n") not in (None, 1):
            raise RequestError("n: a conversation with tools goes on from one answer")
        self.tools = _by_name(listed("tools", tools))
        self._options = dict(options)
        self._max_rounds = max_rounds
        self._messages = listed("messages", options.get("messages", ()))
        self._responses: list[ChatCompletionResponse] = []
        self._results: list[ToolResultEvent] = []

    @property
    def options(self) -> dict[str, Any]:
        """The keywords of the next request.

        A `tool_choice` that forces a call holds for the first one alone: the model would call
        without end.
        """
        params = [tool.as_param() for tool in self.tools.values()]
        options = {**self._options, "messages": list(self._messages), "tools": params}
        if self._responses and options.get("tool_choice") not in (None, "auto", "none"):
            del options["tool_choice"]
        return options

    def receive(self, response: ChatCompletionResponse) -> list[PendingToolCall]:
        """The calls that an answer asks for; none when the conversation is over.

        Raises ToolRoundsError when it would go on for too long.
        """
        self._responses.append(response)
        calls = self._pending(response)
        if calls and len(self._responses) >= self._max_rounds:
            raise self._too_long(response)
        self._messages.append(_sendable(response.message))
        return calls

    def _pending(self, response: ChatCompletionResponse) -> list[PendingToolCall]:
        """The calls of an answer; none if it was cut before any of them was whole."""
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
        """Take in the results of all these calls, in their order."""
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
        """The last answer, and all that led to it."""
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
            f"in its answer {len(self._responses)} of {self._max_rounds} (max_rounds)"
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
            raise RequestError(f"tools: there are two functions of the name {tool.name}")
        tools[tool.name] = tool
    if not tools:
        raise RequestError("tools: there are none")
    return tools
