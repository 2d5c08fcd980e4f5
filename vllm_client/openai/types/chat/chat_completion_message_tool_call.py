"""Calls that the model asks for, by the module that openai-python has for them."""

from typing import TypeAlias

from .chat_completion_message_function_tool_call import (
    ChatCompletionMessageFunctionToolCall,
    Function,
)

ChatCompletionMessageToolCall = ChatCompletionMessageFunctionToolCall
ChatCompletionMessageToolCallUnion: TypeAlias = ChatCompletionMessageFunctionToolCall

__all__ = [
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallUnion",
    "Function",
]
