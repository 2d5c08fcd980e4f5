"""The part of a choice that has arrived. To add a piece takes constant time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any


def _joined(pieces: list[str], count: int) -> str:
    return "".join(pieces[:count])


class CallState:
    """The part of one tool call that has arrived."""

    def __init__(self) -> None:
        self._id: str | None = None
        self.name = ""
        self._arguments: list[str] = []

    def add(self, piece: Any) -> None:
        """Add a piece of the call."""
        self._id = self._id or piece.id
        if piece.function:
            self.name = self.name or piece.function.name or ""
            self._arguments.append(piece.function.arguments or "")

    def arguments_so_far(self) -> Callable[[], str]:
        """A function that returns the arguments as far as they have arrived by now."""
        return partial(_joined, self._arguments, len(self._arguments))

    def as_json(self) -> dict[str, Any]:
        """The call as far as it has arrived."""
        function = {"name": self.name, "arguments": "".join(self._arguments)}
        return {"id": self._id, "type": "function", "function": function}


class ChoiceState:
    """The part of one choice that has arrived.

    Attributes:
        open_call: The number of the tool call whose arguments arrive, if any.
        is_done: Whether the finish_reason has arrived.
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
        """Add the part of a chunk."""
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
        """The tool call of this number."""
        return self._calls.setdefault(index, CallState())

    def text(self, name: str) -> str:
        """A text of the message as far as it has arrived."""
        return "".join(self._texts.get(name, ()))

    def text_so_far(self, name: str) -> Callable[[], str]:
        """A function that returns a text of the message as far as it has arrived by now."""
        pieces = self._texts.get(name, [])
        return partial(_joined, pieces, len(pieces))

    def logprobs_so_far(self) -> Callable[[], list[Any]]:
        """A function that returns the log probabilities that have arrived by now."""
        count = len(self._logprobs)
        return lambda: self._logprobs[:count]

    def as_json(self) -> dict[str, Any]:
        """The choice as far as it has arrived."""
        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        message = {**self._message, **texts}
        if self._calls:
            message["tool_calls"] = [call.as_json() for _, call in sorted(self._calls.items())]
        logprobs = {"content": list(self._logprobs), "refusal": None} if self._logprobs else None
        return {**self._fields, "index": self._index, "message": message, "logprobs": logprobs}
