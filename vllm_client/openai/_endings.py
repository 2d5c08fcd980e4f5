"""When a stream is complete. One that ends before that is an error, unlike in openai-python."""

from __future__ import annotations

from typing import Any


class ChunkEnding:
    """Complete when every choice has its finish_reason."""

    def __init__(self, n: Any = 1) -> None:
        self._expected = n if isinstance(n, int) else 1
        self._open: set[Any] = set()
        self._finished: set[Any] = set()

    def see(self, payload: Any) -> None:
        """Take in an event."""
        for choice in payload.get("choices") or ():
            index = choice.get("index", 0)
            if choice.get("finish_reason"):
                self._finished.add(index)
                self._open.discard(index)
            elif index not in self._finished:
                self._open.add(index)

    @property
    def is_complete(self) -> bool:
        """Whether the stream may end here."""
        return not self._open and len(self._finished) >= self._expected


class ResponseEnding:
    """Complete when the response is, or the server has reported why it is not."""

    _LAST = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})

    def __init__(self) -> None:
        self.is_complete = False

    def see(self, payload: Any) -> None:
        """Take in an event."""
        if payload.get("type") in self._LAST:
            self.is_complete = True
