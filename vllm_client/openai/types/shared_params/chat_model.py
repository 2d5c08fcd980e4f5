"""`ChatModel`, at its module path in openai-python."""

from . import ChatModel

__all__ = ["ChatModel"]
