"""Show the state of a bulk run as one line on a terminal."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from time import monotonic
from typing import IO, Any

from ..bulk.report import BulkReport

# The interval between lines if the output is not a terminal.
LOG_SECONDS = 30.0
_DEFAULT_WIDTH = 80


class ProgressLine:
    """Shows the progress of a bulk run; `progress=True` means `progress=ProgressLine()`.

    On a terminal this is one line that is updated in place, drawn by rich if that is installed.
    Elsewhere, as in a log file, a new line is written every 30 s.

    Args:
        file: The file to write to. Default: stderr.
    """

    def __init__(self, file: IO[str] | None = None) -> None:
        self._file = sys.stderr if file is None else file
        self._is_terminal = self._file.isatty()
        self._live = _rich_line(self._file) if self._is_terminal else None
        self._next_line = monotonic() + LOG_SECONDS

    def __call__(self, report: BulkReport) -> None:
        """Show a report."""
        if self._live is not None:
            text = import_module("rich.text").Text(str(report.stats))  # rich parses a str as markup
            self._live.update(text, refresh=True)
        elif self._is_terminal:
            self._write(f"\r\x1b[2K{_fit(str(report.stats), self._file)}")
        elif monotonic() >= self._next_line:
            self._next_line = monotonic() + LOG_SECONDS
            self._write(f"{report.stats}\n")

    def end(self) -> None:
        """Remove the line from a terminal."""
        if self._live is not None:
            self._live.stop()
        elif self._is_terminal:
            self._write("\r\x1b[2K")

    def _write(self, text: str) -> None:
        with suppress(OSError):  # a closed terminal or pipe must not end the run
            self._file.write(text)
            self._file.flush()


def _rich_line(file: IO[str]) -> Any:
    """Return a started `rich.live.Live`; None if rich is not installed."""
    try:
        console = import_module("rich.console").Console(file=file)
        live = import_module("rich.live").Live(console=console, auto_refresh=False, transient=True)
    except ImportError:
        return None
    live.start()
    return live


def _fit(text: str, file: IO[str]) -> str:
    """Return the text, truncated to the width of the terminal."""
    try:
        width = os.get_terminal_size(file.fileno()).columns
    except (OSError, ValueError):
        width = 0
    return text[: (width or _DEFAULT_WIDTH) - 1]  # some terminals report 0 for unknown
