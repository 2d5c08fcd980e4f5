"""`ChatCompletionToolChoiceOptionParam`, by the module that openai-python has for it."""

from .chat_completion_tool_param import (
    ChatCompletionToolChoiceOptionParam,
)

__all__ = ["ChatCompletionToolChoiceOptionParam"]
