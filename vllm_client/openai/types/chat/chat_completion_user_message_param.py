"""`ChatCompletionUserMessageParam`, by the module that openai-python has for it."""

from .chat_completion_message_param import (
    ChatCompletionUserMessageParam,
)

__all__ = ["ChatCompletionUserMessageParam"]
