"""`ChatCompletionMessageCustomToolCall`, at its module path in openai-python."""

from .more_params import ChatCompletionMessageCustomToolCall

__all__ = ["ChatCompletionMessageCustomToolCall"]
