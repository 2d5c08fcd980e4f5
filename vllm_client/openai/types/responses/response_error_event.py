"""`ResponseErrorEvent`, at its module path in openai-python."""

from .response_states import ResponseErrorEvent

__all__ = ["ResponseErrorEvent"]
