"""`ResponseStatus`, at its module path in openai-python."""

from .response import ResponseStatus

__all__ = ["ResponseStatus"]
