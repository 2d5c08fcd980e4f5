"""Server-sent events out of bytes cut anywhere.

The rules are those of WHATWG HTML, 9.2.6, "Interpreting an event stream". Of an event only its
data is kept: in every dialect of vLLM the data says itself what it is. Beyond the standard, errors
are kept however servers report them: `event: error`, a field `error` (llama.cpp), a line of JSON, a
page of HTML.
"""

from __future__ import annotations

import codecs
import re

from ..codec.json_codec import is_json
from ..errors import StreamError
from .html_page import is_page

# How an event stream begins, after a byte order mark and blanks.
_BEGINNING = re.compile(rb"(data|event|id|retry|error)[:\r\n]|:")
_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b"error:")

# One event holds a whole response at the end of a Responses stream; nothing honest is longer.
MAX_EVENT_LENGTH = 64 << 20


class ErrorData(str):
    """The data of an event that its name, or its field, declares to be an error."""

    __slots__ = ()


def begins_event_stream(start: bytes) -> bool | None:
    """Whether a body that begins with these bytes is an event stream; None if it may become one."""
    if _BEGINNING.match(start):
        return True
    return None if any(name.startswith(start) for name in _BEGINNINGS) else False


class SseDecoder:
    """`feed` it bytes; it returns the data of the events that these completed.

    Comments (keep-alives) give nothing. An event that the end of the stream cut off is dropped,
    as the standard says; whether that matters is for the reader of the events to know. But if it
    is an error, `feed(b"")` at the end returns it.
    Raises StreamError for bytes that are not UTF-8, and for an event of more than 64 MiB; the data
    of events that came whole before the bad byte is the error's `partial`.
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
        if not data:
            return self._cut_errors()
        try:
            text = self._decode(data)
        except UnicodeDecodeError as error:
            broken = StreamError(f"the stream is not UTF-8: {error}")
            broken.partial = self._take(error.object[: error.start].decode())
            raise broken from error
        return self._take(text)

    def _take(self, text: str) -> list[str]:
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
        for number, block in enumerate(blocks):
            if block[:6] == "data: " and "\n" not in block:
                events.append(block[6:])
            elif block[:1] == "<" and is_page(block):
                # a gateway broke the stream off; the rest of the body is its page
                events.append(ErrorData("\n\n".join([*blocks[number:], rest])))
                break
            else:
                events += _data(block)
        return events

    def _cut_errors(self) -> list[str]:
        """The errors in an event that the end of the stream cut off."""
        rest = "".join(self._held).rstrip("\n")
        found = [ErrorData(rest)] if is_page(rest) else _data(rest)
        return [data for data in found if isinstance(data, ErrorData) or _is_error_json(data)]

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


def _data(block: str) -> list[str]:
    """The data lines of an event, joined, then the errors in its other lines; [] without both."""
    if block.startswith("{") and is_json(block):
        return [block]
    lines: list[str] = []
    others: list[str] = []
    named_error = False
    for line in block.split("\n"):
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif line.startswith("event:"):
            named_error = line[6:].strip() == "error"
        elif line == "data":
            lines.append("")
        elif line.startswith("error:"):
            others.append(ErrorData(line[6:].removeprefix(" ")))
        elif line.startswith("{") and is_json(line):
            others.append(line)
    if named_error:
        return [ErrorData("\n".join(lines)), *others]
    return ["\n".join(lines), *others] if lines else others


def _is_error_json(text: str) -> bool:
    return text.startswith("{") and '"error"' in text and is_json(text)
