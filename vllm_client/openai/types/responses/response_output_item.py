"""`ResponseOutputItem`, by the module that openai-python has for it."""

from .response_items import ResponseOutputItem

__all__ = ["ResponseOutputItem"]
