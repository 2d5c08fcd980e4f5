"""`ChatCompletionContentPartTextParam`, at its module path in openai-python."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartTextParam,
)

__all__ = ["ChatCompletionContentPartTextParam"]
