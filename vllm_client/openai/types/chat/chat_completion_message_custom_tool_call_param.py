"""`ChatCompletionMessageCustomToolCallParam`, at its module path in openai-python."""

from .more_params import ChatCompletionMessageCustomToolCallParam

__all__ = ["ChatCompletionMessageCustomToolCallParam"]
