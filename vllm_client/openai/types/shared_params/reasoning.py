"""`Reasoning`, at its module path in openai-python."""

from . import Reasoning

__all__ = ["Reasoning"]
