"""`TranslationVerbose`, by the module that openai-python has for it."""

from .transcription import TranslationVerbose

__all__ = ["TranslationVerbose"]
