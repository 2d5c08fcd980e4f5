"""`ChatCompletionAudio`, at its module path in openai-python."""

from .more_params import ChatCompletionAudio

__all__ = ["ChatCompletionAudio"]
