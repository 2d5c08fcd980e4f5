"""`ChatCompletionAllowedToolChoiceParam`, at its module path in openai-python."""

from .chat_completion_tool_param import (
    ChatCompletionAllowedToolChoiceParam,
)

__all__ = ["ChatCompletionAllowedToolChoiceParam"]
