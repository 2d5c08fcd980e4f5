"""Sanitize text from a server for the terminal or pipe that it is written to."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TextIO

from .. import VllmError

# The control characters: C0 without tab and newline, DEL, C1. A terminal interprets them, alone or
# as the start of a sequence (ECMA-48), to set its title, write the clipboard or clear the screen.
# They are dropped one by one, since a sequence may be split between deltas.
_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {ord("\t"), ord("\n")})


def fit_for(out: TextIO, text: str) -> str:
    """Return the text without control characters if `out` is a terminal; else unchanged.

    Characters that the encoding of `out` cannot express, such as lone surrogates, are replaced.
    """
    if out.isatty():
        text = text.translate(_CONTROLS)
    encoding = out.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def print_error(error: VllmError) -> None:
    """Print an error as one line on stderr."""
    print_on_stderr(f"vllm-client: {error}")


def print_on_stderr(text: str) -> None:
    """Print text on stderr. A closed pipe is ignored, since the exit status reports the outcome."""
    with suppress(BrokenPipeError):
        print(fit_for(sys.stderr, text), file=sys.stderr)
