"""`Translation`, at its module path in openai-python."""

from .transcription import Translation

__all__ = ["Translation"]
