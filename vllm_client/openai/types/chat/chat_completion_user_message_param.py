"""`ChatCompletionUserMessageParam`, at its module path in openai-python."""

from .chat_completion_message_param import (
    ChatCompletionUserMessageParam,
)

__all__ = ["ChatCompletionUserMessageParam"]
