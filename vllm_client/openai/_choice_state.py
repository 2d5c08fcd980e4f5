"""The part of a choice that has been received. Adding a piece takes constant time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any


def _joined(pieces: list[str], count: int) -> str:
    return "".join(pieces[:count])


class CallState:
    """The part of one tool call that has been received."""

    def __init__(self) -> None:
        self._id: str | None = None
        self.name = ""
        self._arguments: list[str] = []

    def add(self, piece: Any) -> None:
        """Add a part of the call."""
        self._id = self._id or piece.id
        if piece.function:
            self.name = self.name or piece.function.name or ""
            self._arguments.append(piece.function.arguments or "")

    def arguments_so_far(self) -> Callable[[], str]:
        """Return a function that joins the arguments received until now, without later parts."""
        return partial(_joined, self._arguments, len(self._arguments))

    def as_json(self) -> dict[str, Any]:
        """Return the part of the call that has been received, as JSON."""
        function = {"name": self.name, "arguments": "".join(self._arguments)}
        return {"id": self._id, "type": "function", "function": function}


class ChoiceState:
    """The part of one choice that has been received.

    Attributes:
        open_call: The index of the tool call that the server is sending, or None.
        is_done: Whether the finish_reason has been received.
    """

    def __init__(self, index: int) -> None:
        self._index = index
        self._message: dict[str, Any] = {"role": "assistant", "content": None}
        self._texts: dict[str, list[str]] = {}
        self._fields: dict[str, Any] = {"finish_reason": None}
        self._calls: dict[int, CallState] = {}
        self._logprobs: list[Any] = []
        self.open_call: int | None = None
        self.is_done = False

    def add(self, part: Any) -> None:
        """Add the part of this choice in a chunk."""
        for name, value in part.__dict__.items():
            if name not in ("delta", "logprobs", "index") and value is not None:
                self._fields[name] = value
        if part.logprobs and part.logprobs.content:
            self._logprobs += part.logprobs.content
        for name, value in part.delta.__dict__.items():
            if name == "tool_calls":
                for piece in value or ():
                    self.call(piece.index).add(piece)
            elif isinstance(value, str) and name != "role":
                self._texts.setdefault(name, []).append(value)
            elif value is not None:
                self._message[name] = value

    def call(self, index: int) -> CallState:
        """Return the tool call with this index."""
        return self._calls.setdefault(index, CallState())

    def text(self, name: str) -> str:
        """Return the received part of a text field of the message, such as `content`."""
        return "".join(self._texts.get(name, ()))

    def text_so_far(self, name: str) -> Callable[[], str]:
        """Return a function that joins the text received until now, without later parts."""
        pieces = self._texts.get(name, [])
        return partial(_joined, pieces, len(pieces))

    def logprobs_so_far(self) -> Callable[[], list[Any]]:
        """Return a function that returns the log probabilities received until now."""
        count = len(self._logprobs)
        return lambda: self._logprobs[:count]

    def as_json(self) -> dict[str, Any]:
        """Return the part of the choice that has been received, as JSON."""
        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        message = {**self._message, **texts}
        if self._calls:
            message["tool_calls"] = [call.as_json() for _, call in sorted(self._calls.items())]
        logprobs = {"content": list(self._logprobs), "refusal": None} if self._logprobs else None
        return {**self._fields, "index": self._index, "message": message, "logprobs": logprobs}
