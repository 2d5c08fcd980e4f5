"""`ResponseFailedEvent`, at its module path in openai-python."""

from .response_states import ResponseFailedEvent

__all__ = ["ResponseFailedEvent"]
