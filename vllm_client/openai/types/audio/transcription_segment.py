"""`TranscriptionSegment`, at its module path in openai-python."""

from .transcription import TranscriptionSegment

__all__ = ["TranscriptionSegment"]
