"""`ResponseFormatText`, at its module path in openai-python."""

from . import ResponseFormatText

__all__ = ["ResponseFormatText"]
