"""`ResponseQueuedEvent`, at its module path in openai-python."""

from .response_states import ResponseQueuedEvent

__all__ = ["ResponseQueuedEvent"]
