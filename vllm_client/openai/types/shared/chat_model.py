"""`ChatModel`, at its module path in openai-python."""

from ..shared_params import ChatModel

__all__ = ["ChatModel"]
