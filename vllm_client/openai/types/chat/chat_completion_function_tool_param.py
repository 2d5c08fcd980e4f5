"""`ChatCompletionFunctionToolParam`, by the module that openai-python has for it."""

from .chat_completion_tool_param import (
    ChatCompletionFunctionToolParam,
)

__all__ = ["ChatCompletionFunctionToolParam"]
