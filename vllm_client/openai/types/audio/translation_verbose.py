"""`TranslationVerbose`, at its module path in openai-python."""

from .transcription import TranslationVerbose

__all__ = ["TranslationVerbose"]
