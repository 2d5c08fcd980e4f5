"""`TranscriptionSegment`, by the module that openai-python has for it."""

from .transcription import TranscriptionSegment

__all__ = ["TranscriptionSegment"]
