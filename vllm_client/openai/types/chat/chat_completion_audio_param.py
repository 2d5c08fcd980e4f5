"""`ChatCompletionAudioParam`, at its module path in openai-python."""

from .more_params import ChatCompletionAudioParam

__all__ = ["ChatCompletionAudioParam"]
