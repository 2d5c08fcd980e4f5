"""Server-sent events out of bytes cut anywhere.

The rules are those of WHATWG HTML, 9.2.6, "Interpreting an event stream". Of an event only its
data is kept: in every dialect of vLLM the data says itself what it is.
"""

from __future__ import annotations

import codecs

from ..errors import StreamError

# One event holds a whole response at the end of a Responses stream; nothing honest is longer.
MAX_EVENT_LENGTH = 64 << 20


class SseDecoder:
    """`feed` it bytes; it returns the data of the events that these completed.

    Comments (keep-alives) give nothing. An event that the end of the stream cut off is dropped,
    as the standard says; whether that matters is for the reader of the events to know.
    Raises StreamError for bytes that are not UTF-8, and for an event of more than 64 MiB.
    """

    __slots__ = ("_after_cr", "_begun", "_decode", "_held", "_held_length")

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._held: list[str] = []  # of an event that is not whole yet
        self._held_length = 0
        self._after_cr = False
        self._begun = False

    def feed(self, data: bytes) -> list[str]:
        """The data of each event that is whole now."""
        try:
            text = self._decode(data)
        except UnicodeDecodeError as error:
            raise StreamError(f"the stream is not UTF-8: {error}") from error
        if not self._begun and text:
            self._begun = True
            text = text.removeprefix("\ufeff")
        if self._after_cr or "\r" in text:
            text = self._with_plain_line_ends(text)
        if "\n\n" in text or self._ends_here(text):
            return self._events(text)
        self._hold(text)
        return []

    def _events(self, text: str) -> list[str]:
        blocks = ("".join(self._held) + text).split("\n\n") if self._held else text.split("\n\n")
        rest = blocks.pop()
        self._held.clear()
        self._held_length = 0
        self._hold(rest)
        events = []
        for block in blocks:
            if block[:6] == "data: " and "\n" not in block:
                events.append(block[6:])
            elif (data := _data(block)) is not None:
                events.append(data)
        return events

    def _ends_here(self, text: str) -> bool:
        """Whether the empty line that ends an event lies across the last cut."""
        return bool(self._held) and text[:1] == "\n" and self._held[-1][-1:] == "\n"

    def _hold(self, text: str) -> None:
        if not text:
            return
        self._held.append(text)
        self._held_length += len(text)
        if self._held_length > MAX_EVENT_LENGTH:
            raise StreamError(
                f"an event of the stream is longer than {MAX_EVENT_LENGTH} characters"
            )

    def _with_plain_line_ends(self, text: str) -> str:
        """CR LF and lone CR, which gateways make, as LF; a CR at the very end counts at once."""
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _data(block: str) -> str | None:
    """The data lines of an event, joined; None if it has none."""
    lines = []
    for line in block.split("\n"):
        if line == "data":
            lines.append("")
        elif line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
    return "\n".join(lines) if lines else None
