"""`ResponseInputAudioParam`, at its module path in openai-python."""

from .input_params import ResponseInputAudioParam

__all__ = ["ResponseInputAudioParam"]
