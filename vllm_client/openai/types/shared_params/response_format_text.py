"""`ResponseFormatText`, at its module path in openai-python."""

from .response_format import ResponseFormatText

__all__ = ["ResponseFormatText"]
