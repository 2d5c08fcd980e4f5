"""`ChatCompletionContentPartImage`, at its module path in openai-python."""

from .more_params import ChatCompletionContentPartImage

__all__ = ["ChatCompletionContentPartImage"]
