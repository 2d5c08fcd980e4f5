"""A tool call whose arguments are parsed."""

from __future__ import annotations

from .chat_completion_message_function_tool_call import (
    ChatCompletionMessageFunctionToolCall,
    Function,
)


class ParsedFunction(Function):
    """The function to call. `parsed_arguments` is an instance of its class, or decoded JSON."""

    parsed_arguments: object | None = None


class ParsedFunctionToolCall(ChatCompletionMessageFunctionToolCall):
    """A call of a function tool."""

    function: ParsedFunction  # pyright: ignore[reportIncompatibleVariableOverride]
