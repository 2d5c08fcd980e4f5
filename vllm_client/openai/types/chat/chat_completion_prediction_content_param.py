"""`ChatCompletionPredictionContentParam`, at its module path in openai-python."""

from .more_params import ChatCompletionPredictionContentParam

__all__ = ["ChatCompletionPredictionContentParam"]
