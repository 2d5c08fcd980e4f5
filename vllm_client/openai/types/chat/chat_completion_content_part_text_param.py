"""`ChatCompletionContentPartTextParam`, by the module that openai-python has for it."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartTextParam,
)

__all__ = ["ChatCompletionContentPartTextParam"]
