"""`ChatCompletionDeveloperMessageParam`, at its module path in openai-python."""

from .chat_completion_message_param import (
    ChatCompletionDeveloperMessageParam,
)

__all__ = ["ChatCompletionDeveloperMessageParam"]
