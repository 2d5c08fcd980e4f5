"""Streams, at their module path in openai-python."""

from ._async.stream import AsyncStream
from ._sync.stream import Stream

__all__ = ["AsyncStream", "Stream"]
