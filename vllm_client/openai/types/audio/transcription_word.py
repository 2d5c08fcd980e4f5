"""`TranscriptionWord`, by the module that openai-python has for it."""

from .transcription import TranscriptionWord

__all__ = ["TranscriptionWord"]
