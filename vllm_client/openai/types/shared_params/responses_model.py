"""`ResponsesModel`, at its module path in openai-python."""

from . import ResponsesModel

__all__ = ["ResponsesModel"]
