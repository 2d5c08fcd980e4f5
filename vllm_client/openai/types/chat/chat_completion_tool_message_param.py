"""`ChatCompletionToolMessageParam`, at its module path in openai-python."""

from .chat_completion_message_param import (
    ChatCompletionToolMessageParam,
)

__all__ = ["ChatCompletionToolMessageParam"]
