"""`ResponseCompletedEvent`, at its module path in openai-python."""

from .response_states import ResponseCompletedEvent

__all__ = ["ResponseCompletedEvent"]
