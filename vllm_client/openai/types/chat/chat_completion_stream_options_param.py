"""`ChatCompletionStreamOptionsParam`, by the module that openai-python has for it."""

from .chat_completion_tool_param import (
    ChatCompletionStreamOptionsParam,
)

__all__ = ["ChatCompletionStreamOptionsParam"]
