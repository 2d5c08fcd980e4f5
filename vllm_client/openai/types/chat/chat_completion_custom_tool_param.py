"""`ChatCompletionCustomToolParam`, at its module path in openai-python."""

from .more_params import ChatCompletionCustomToolParam

__all__ = ["ChatCompletionCustomToolParam"]
