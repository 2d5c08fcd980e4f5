"""`ResponseIncludable`, at its module path in openai-python."""

from .response_create_params import ResponseIncludable

__all__ = ["ResponseIncludable"]
