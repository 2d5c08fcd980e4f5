"""`TranscriptionVerbose`, at its module path in openai-python."""

from .transcription import TranscriptionVerbose

__all__ = ["TranscriptionVerbose"]
