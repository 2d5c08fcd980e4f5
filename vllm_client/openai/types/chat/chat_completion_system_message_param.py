"""`ChatCompletionSystemMessageParam`, at its module path in openai-python."""

from .chat_completion_message_param import (
    ChatCompletionSystemMessageParam,
)

__all__ = ["ChatCompletionSystemMessageParam"]
