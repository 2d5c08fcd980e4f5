"""`ResponseUsage`, by the module that openai-python has for it."""

from .response import ResponseUsage

__all__ = ["ResponseUsage"]
