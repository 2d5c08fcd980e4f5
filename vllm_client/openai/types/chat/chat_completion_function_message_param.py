"""`ChatCompletionFunctionMessageParam`, by the module that openai-python has for it."""

from .chat_completion_message_param import (
    ChatCompletionFunctionMessageParam,
)

__all__ = ["ChatCompletionFunctionMessageParam"]
