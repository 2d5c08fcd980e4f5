"""`ResponseIncompleteEvent`, at its module path in openai-python."""

from .response_states import ResponseIncompleteEvent

__all__ = ["ResponseIncompleteEvent"]
