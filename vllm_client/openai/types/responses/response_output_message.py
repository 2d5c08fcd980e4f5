"""`ResponseOutputMessage`, by the module that openai-python has for it."""

from .response_items import ResponseOutputMessage

__all__ = ["ResponseOutputMessage"]
