"""`ChatCompletionStreamOptionsParam`, at its module path in openai-python."""

from .chat_completion_tool_param import (
    ChatCompletionStreamOptionsParam,
)

__all__ = ["ChatCompletionStreamOptionsParam"]
