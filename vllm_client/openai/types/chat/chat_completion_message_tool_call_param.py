"""Calls of earlier answers, by the module that openai-python has for them."""

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
