"""`Audio`, at its module path in openai-python."""

from . import AsyncAudio, Audio

__all__ = ["AsyncAudio", "Audio"]
