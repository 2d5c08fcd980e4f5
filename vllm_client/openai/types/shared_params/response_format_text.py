"""`ResponseFormatText`, by the module that openai-python has for it."""

from .response_format import ResponseFormatText

__all__ = ["ResponseFormatText"]
