"""`ChatCompletionToolChoiceOptionParam`, at its module path in openai-python."""

from .chat_completion_tool_param import (
    ChatCompletionToolChoiceOptionParam,
)

__all__ = ["ChatCompletionToolChoiceOptionParam"]
