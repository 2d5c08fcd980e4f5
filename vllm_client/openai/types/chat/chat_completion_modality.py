"""`ChatCompletionModality`, at its module path in openai-python."""

from .more_params import ChatCompletionModality

__all__ = ["ChatCompletionModality"]
