"""`ChatCompletionFunctionToolParam`, at its module path in openai-python."""

from .chat_completion_tool_param import (
    ChatCompletionFunctionToolParam,
)

__all__ = ["ChatCompletionFunctionToolParam"]
