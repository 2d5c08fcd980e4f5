"""`ChatCompletionAssistantMessageParam`, by the module that openai-python has for it."""

from .chat_completion_message_param import (
    ChatCompletionAssistantMessageParam,
)

__all__ = ["ChatCompletionAssistantMessageParam"]
