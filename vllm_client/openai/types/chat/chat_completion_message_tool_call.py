"""Tool calls of the model, at their module path in openai-python."""

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
