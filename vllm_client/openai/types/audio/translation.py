"""`Translation`, by the module that openai-python has for it."""

from .transcription import Translation

__all__ = ["Translation"]
