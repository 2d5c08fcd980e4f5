"""`ChatCompletionContentPartText`, at its module path in openai-python."""

from .more_params import ChatCompletionContentPartText

__all__ = ["ChatCompletionContentPartText"]
