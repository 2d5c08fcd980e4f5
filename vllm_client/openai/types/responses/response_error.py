"""`ResponseError`, at its module path in openai-python."""

from .response import ResponseError

__all__ = ["ResponseError"]
