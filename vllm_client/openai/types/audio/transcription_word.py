"""`TranscriptionWord`, at its module path in openai-python."""

from .transcription import TranscriptionWord

__all__ = ["TranscriptionWord"]
