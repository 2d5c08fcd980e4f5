"""`ChatCompletionAllowedToolsParam`, at its module path in openai-python."""

from .chat_completion_tool_param import (
    ChatCompletionAllowedToolsParam,
)

__all__ = ["ChatCompletionAllowedToolsParam"]
