"""Tool calls of earlier answers, at their module path in openai-python."""

from typing import TypeAlias

from .chat_completion_message_param import (
    ChatCompletionMessageFunctionToolCallParam,
    Function,
)

ChatCompletionMessageToolCallParam = ChatCompletionMessageFunctionToolCallParam
ChatCompletionMessageToolCallUnionParam: TypeAlias = ChatCompletionMessageFunctionToolCallParam

__all__ = [
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionMessageToolCallUnionParam",
    "Function",
]
