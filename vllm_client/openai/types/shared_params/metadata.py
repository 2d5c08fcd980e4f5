"""`Metadata`, at its module path in openai-python."""

from . import Metadata

__all__ = ["Metadata"]
