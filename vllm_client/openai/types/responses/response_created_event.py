"""`ResponseCreatedEvent`, at its module path in openai-python."""

from .response_states import ResponseCreatedEvent

__all__ = ["ResponseCreatedEvent"]
