"""Audio parts, at their module path in openai-python."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartInputAudioParam,
    InputAudio,
)

__all__ = ["ChatCompletionContentPartInputAudioParam", "InputAudio"]
