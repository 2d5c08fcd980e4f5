"""`ResponseCompletedEvent`, by the module that openai-python has for it."""

from .response_states import ResponseCompletedEvent

__all__ = ["ResponseCompletedEvent"]
