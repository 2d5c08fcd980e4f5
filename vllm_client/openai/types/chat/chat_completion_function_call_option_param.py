"""`ChatCompletionFunctionCallOptionParam`, at its module path in openai-python."""

from .more_params import ChatCompletionFunctionCallOptionParam

__all__ = ["ChatCompletionFunctionCallOptionParam"]
