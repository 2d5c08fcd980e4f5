"""`ChatCompletionContentPartImageParam`, by the module that openai-python has for it."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartImageParam,
)

__all__ = ["ChatCompletionContentPartImageParam"]
