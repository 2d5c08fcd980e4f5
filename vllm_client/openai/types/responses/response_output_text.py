"""`ResponseOutputText`, by the module that openai-python has for it."""

from .response_items import ResponseOutputText

__all__ = ["ResponseOutputText"]
