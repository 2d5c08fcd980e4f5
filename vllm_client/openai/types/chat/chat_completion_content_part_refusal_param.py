"""`ChatCompletionContentPartRefusalParam`, by the module that openai-python has for it."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartRefusalParam,
)

__all__ = ["ChatCompletionContentPartRefusalParam"]
