"""Sounds, by the module that openai-python has for them."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartInputAudioParam,
    InputAudio,
)

__all__ = ["ChatCompletionContentPartInputAudioParam", "InputAudio"]
