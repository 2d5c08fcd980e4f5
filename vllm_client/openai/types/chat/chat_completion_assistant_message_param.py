"""`ChatCompletionAssistantMessageParam`, at its module path in openai-python."""

from .chat_completion_message_param import (
    ChatCompletionAssistantMessageParam,
)

__all__ = ["ChatCompletionAssistantMessageParam"]
