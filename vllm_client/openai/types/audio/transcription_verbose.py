"""`TranscriptionVerbose`, by the module that openai-python has for it."""

from .transcription import TranscriptionVerbose

__all__ = ["TranscriptionVerbose"]
