"""`Transcriptions`, at its module path in openai-python."""

from . import AsyncTranscriptions, Transcriptions

__all__ = ["AsyncTranscriptions", "Transcriptions"]
