"""`ChatCompletionFunctionMessageParam`, at its module path in openai-python."""

from .chat_completion_message_param import (
    ChatCompletionFunctionMessageParam,
)

__all__ = ["ChatCompletionFunctionMessageParam"]
