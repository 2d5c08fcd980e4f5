"""Events on a terminal: thoughts dim, the answer plain. Into a pipe goes the answer alone."""

from __future__ import annotations

from typing import TextIO, assert_never

from .. import AnyStreamEvent, StreamEvent
from .text import fit_for

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class Printer:
    """Writes the events of one reply after another.

    thoughts: whether they are written into a pipe, too.
    """

    def __init__(self, out: TextIO, thoughts: bool = False) -> None:
        self._out = out
        self._thoughts = thoughts or out.isatty()
        self._is_terminal = out.isatty()
        self._dim = False
        self._begun = False  # the reply's white space before its first word is left out

    def show(self, event: AnyStreamEvent) -> None:
        """Write what an event brings. Raises the error of an Error event."""
        match event:
            case StreamEvent.Reasoning(delta):
                self._write(delta, dim=True)
            case StreamEvent.Content(delta):
                self._write(delta, dim=False)
            case StreamEvent.ToolCallComplete(tool_call):
                self.note(f"→ {tool_call.function.name}({tool_call.function.arguments})")
            case StreamEvent.Error(error):
                self.end()
                raise error
            case StreamEvent.ToolCallDelta() | StreamEvent.Usage() | StreamEvent.Done():
                pass
            case _:
                assert_never(event)

    def note(self, line: str) -> None:
        """A dim line of our own, between what the model says; terminals only."""
        if self._is_terminal:
            self.end()
            self._out.write(f"{_DIM}{fit_for(self._out, line)}{_PLAIN}\n")

    def end(self) -> None:
        """The reply is over, whether it came to its end or not."""
        if self._dim and self._is_terminal:
            self._out.write(_PLAIN)
        if self._begun:
            self._out.write("\n")
        self._dim = self._begun = False
        self._out.flush()

    def _write(self, text: str, dim: bool) -> None:
        if dim and not self._thoughts:
            return
        text = fit_for(self._out, text)
        if dim != self._dim and self._begun:
            self.end()
        if not self._begun:
            text = text.lstrip()
            if not text:
                return
        if dim and not self._dim:
            self._out.write(_DIM if self._is_terminal else "(thinking) ")
        self._dim, self._begun = dim, True
        self._out.write(text)
        self._out.flush()
