"""Text of a server, made fit for the stream that it is written to."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TextIO

from .. import VllmError

# C0 without tab and newline, DEL, C1. A terminal obeys them, alone or as the start of a sequence
# (ECMA-48): they set its title, write the clipboard, clear the screen. They are dropped one by one,
# as a sequence may be cut across deltas.
_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {ord("\t"), ord("\n")})


def fit_for(out: TextIO, text: str) -> str:
    """The text without what a terminal would obey, if `out` is one; into a pipe it stays as it is.

    Characters that the encoding of `out` does not have, lone surrogates among them, are replaced.
    """
    if out.isatty():
        text = text.translate(_CONTROLS)
    encoding = out.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def print_error(error: VllmError) -> None:
    """One line on stderr."""
    print_on_stderr(f"vllm-client: {error}")


def print_on_stderr(text: str) -> None:
    """Print text on stderr. A reader that has left is ignored: the exit status still tells."""
    with suppress(BrokenPipeError):
        print(fit_for(sys.stderr, text), file=sys.stderr)
