"""Print stream events: reasoning dimmed and the answer plain on a terminal, or only the answer."""

from __future__ import annotations

from typing import TextIO, assert_never

from .. import AnyStreamEvent, StreamEvent
from .text import fit_for

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class Printer:
    """Writes the events of one answer after another.

    Args:
        out: The terminal, file or pipe to write to.
        thoughts: Whether to write reasoning even if `out` is not a terminal.
    """

    def __init__(self, out: TextIO, thoughts: bool = False) -> None:
        self._out = out
        self._thoughts = thoughts or out.isatty()
        self._is_terminal = out.isatty()
        self._dim = False
        self._begun = False  # leading whitespace of an answer is dropped

    def show(self, event: AnyStreamEvent) -> None:
        """Write the text of an event. Raises the error of an Error event."""
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
        """Write a dimmed line that is not from the model; only on a terminal."""
        if self._is_terminal:
            self.end()
            self._out.write(f"{_DIM}{fit_for(self._out, line)}{_PLAIN}\n")

    def end(self) -> None:
        """End the line of an answer, complete or not."""
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
