"""Checks whether a stream is complete.

Unlike in openai-python, a stream that ends before it is complete is an error.
"""

from __future__ import annotations

from typing import Any


class ChunkEnding:
    """A stream of chunks, which is complete when every choice has a finish_reason."""

    def __init__(self, n: Any = 1) -> None:
        self._expected = n if isinstance(n, int) else 1
        self._open: set[Any] = set()
        self._finished: set[Any] = set()

    def see(self, payload: Any) -> None:
        """Record an event."""
        for choice in payload.get("choices") or ():
            index = choice.get("index", 0)
            if choice.get("finish_reason"):
                self._finished.add(index)
                self._open.discard(index)
            elif index not in self._finished:
                self._open.add(index)

    @property
    def is_complete(self) -> bool:
        """Whether the stream may end after the recorded events."""
        return not self._open and len(self._finished) >= self._expected


class ResponseEnding:
    """A stream of a response, which is complete after an event that ends the response."""

    _LAST = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})

    def __init__(self) -> None:
        self.is_complete = False

    def see(self, payload: Any) -> None:
        """Record an event."""
        if payload.get("type") in self._LAST:
            self.is_complete = True
