"""Streams, by the module that openai-python has for them."""

from ._async.stream import AsyncStream
from ._sync.stream import Stream

__all__ = ["AsyncStream", "Stream"]
