"""`ChatCompletionNamedToolChoiceCustomParam`, at its module path in openai-python."""

from .more_params import ChatCompletionNamedToolChoiceCustomParam

__all__ = ["ChatCompletionNamedToolChoiceCustomParam"]
