"""`EasyInputMessageParam`, at its module path in openai-python."""

from .input_params import EasyInputMessageParam

__all__ = ["EasyInputMessageParam"]
