"""`ChatCompletionContentPartRefusalParam`, at its module path in openai-python."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartRefusalParam,
)

__all__ = ["ChatCompletionContentPartRefusalParam"]
