"""`ChatCompletionNamedToolChoiceParam`, at its module path in openai-python."""

from .chat_completion_tool_param import (
    ChatCompletionNamedToolChoiceParam,
)

__all__ = ["ChatCompletionNamedToolChoiceParam"]
