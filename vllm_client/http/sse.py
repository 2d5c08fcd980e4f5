"""Parse server-sent events incrementally.

The parser follows WHATWG HTML, 9.2.6, "Interpreting an event stream". It returns only the data of
an event, since in all of vLLM's APIs the data identifies the type of the event. Beyond the
standard, it recognizes all forms in which servers report errors: `event: error`, a field `error`
(llama.cpp), a line of JSON, an HTML page.
"""

from __future__ import annotations

import codecs
import re

from ..codec.json_codec import is_json
from ..errors import StreamError
from .html_page import is_page

# The beginning of an event stream, after an optional byte order mark and blanks.
_BEGINNING = re.compile(rb"(data|event|id|retry|error)[:\r\n]|:")
_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b"error:")

# The last event of a Responses stream contains the whole response; no other event is longer.
MAX_EVENT_LENGTH = 64 << 20


class ErrorData(str):
    """The data of an event that is declared as an error by its name or field."""

    __slots__ = ()


def begins_event_stream(start: bytes) -> bool | None:
    """Return whether a body with this beginning is an event stream; None for too few bytes."""
    if _BEGINNING.match(start):
        return True
    return None if any(name.startswith(start) for name in _BEGINNINGS) else False


class SseDecoder:
    """Decodes an event stream: `feed` takes bytes and returns the data of completed events.

    Comments (keep-alives) are ignored. An incomplete event at the end of the stream is dropped, as
    the standard says; the caller must detect a truncated stream by its content. But if that event
    is an error, `feed(b"")` at the end returns it.

    Raises:
        StreamError: The bytes are not UTF-8, or an event is longer than 64 Mi characters. The data
            of events completed before an invalid byte are the error's `partial`.
    """

    __slots__ = ("_after_cr", "_begun", "_decode", "_held", "_held_length")

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._held: list[str] = []  # pieces of an incomplete event
        self._held_length = 0
        self._after_cr = False
        self._begun = False

    def feed(self, data: bytes) -> list[str]:
        """Return the data of each event completed by these bytes."""
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
                # A gateway ended the stream; the rest of the body is its HTML page.
                events.append(ErrorData("\n\n".join([*blocks[number:], rest])))
                break
            else:
                events += _data(block)
        return events

    def _cut_errors(self) -> list[str]:
        """Return the errors in an incomplete event at the end of the stream."""
        rest = "".join(self._held).rstrip("\n")
        found = [ErrorData(rest)] if is_page(rest) else _data(rest)
        return [data for data in found if isinstance(data, ErrorData) or _is_error_json(data)]

    def _ends_here(self, text: str) -> bool:
        """Return whether the held-back text and this text together end an event."""
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
        """Replace CR LF and lone CR, which some gateways send, by LF.

        A CR at the end of the text is replaced at once, and an LF at the start of the next text is
        then dropped.
        """
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _data(block: str) -> list[str]:
    """Return the joined data lines of an event, if any, followed by errors in its other lines."""
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
