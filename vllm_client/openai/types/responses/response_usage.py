"""`ResponseUsage`, at its module path in openai-python."""

from .response import ResponseUsage

__all__ = ["ResponseUsage"]
