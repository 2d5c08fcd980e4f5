"""`ResponseInputAudio`, at its module path in openai-python."""

from .input_content import ResponseInputAudio

__all__ = ["ResponseInputAudio"]
