"""`ChatCompletionMessageFunctionToolCallParam`, at its module path in openai-python."""

from .chat_completion_message_param import (
    ChatCompletionMessageFunctionToolCallParam,
)

__all__ = ["ChatCompletionMessageFunctionToolCallParam"]
