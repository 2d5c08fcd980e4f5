"""`ResponseTextDeltaEvent`, by the module that openai-python has for it."""

from .response_parts import ResponseTextDeltaEvent

__all__ = ["ResponseTextDeltaEvent"]
