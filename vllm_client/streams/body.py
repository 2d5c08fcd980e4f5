"""Detect by its first bytes what the body of a successful streaming response contains.

The content-type is unreliable: vLLM's own proxies for disaggregated serving send event streams as
application/json, and gateways send error pages as text/event-stream.
"""

from __future__ import annotations

from collections.abc import Callable

from ..call.reported_errors import error_of_event, words_of
from ..codec.json_codec import loads
from ..errors import ParseError, shortened
from ..http.sse import MAX_EVENT_LENGTH, SseDecoder, begins_event_stream

# Max bytes kept of a body that is neither events nor JSON: enough for the title of an HTML page.
MAX_OTHER_LENGTH = 1 << 14

# Limits on checking whether the JSON received so far is a complete error: the max number of checks,
# and the max length. The cost of a check grows with the length, and a server may send single bytes.
MAX_CHECKS = 100
MAX_ERROR_LENGTH = 1 << 16

_BLANKS = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class WholeAnswer(str):
    """A body that is one JSON text: an error, or the answer of a call without streaming."""

    __slots__ = ()


def _ignore(data: bytes) -> list[str]:
    """Drop all data after a complete error."""
    return []


class StreamBody:
    """Splits a body into the data of its events, or into one `WholeAnswer`.

    Args:
        kind: The content-type of the response.
    """

    __slots__ = ("_checks", "_decode", "_kind", "_length", "_pieces")

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._pieces: list[bytes] = []
        self._length = 0
        self._checks = 0
        self._decode: Callable[[bytes], list[str]] = self._begin

    def feed(self, data: bytes) -> list[str]:
        """Return the data of the events completed by these bytes; b"" is the end of the body.

        Raises:
            StreamError: The events cannot be decoded.
            ParseError: The body is neither an event stream nor JSON.
        """
        return self._decode(data)

    def _begin(self, data: bytes) -> list[str]:
        start = b"".join(self._pieces) + data
        self._pieces = []
        start = start.lstrip(_BLANKS).removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANKS)
        decode = self._decoder_for(start, at_end=not data)
        if decode is None:
            self._pieces = [start]
            return []
        self._decode = decode
        texts = decode(start) if start else []
        return texts if data else texts + decode(b"")

    def _decoder_for(self, start: bytes, *, at_end: bool) -> Callable[[bytes], list[str]] | None:
        """Return the decoder for a body with this beginning; None if more bytes are needed."""
        if start[:1] in (b"{", b"["):
            return self._collect_json
        if not at_end and (not start or _BYTE_ORDER_MARK.startswith(start)):
            return None
        is_stream = begins_event_stream(start)
        if is_stream is None and not at_end:
            return None
        # A text/event-stream may begin with an unknown field, which the standard says to ignore.
        labelled = self._kind.lower().startswith("text/event-stream") and start[:1] != b"<"
        return SseDecoder().feed if is_stream or labelled else self._collect_other

    def _collect_json(self, data: bytes) -> list[str]:
        self._collect(data)
        if self._length > MAX_EVENT_LENGTH:
            raise self._unexpected(f"JSON of more than {MAX_EVENT_LENGTH} bytes")
        if data:
            return self._whole_error() if data.rstrip()[-1:] in (b"}", b"]") else []
        body = b"".join(self._pieces)
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise self._unexpected(f"not valid UTF-8: {error}") from error
        try:
            loads(text)
        except (ValueError, RecursionError) as error:
            return self._events_of(body, error)
        return [WholeAnswer(text)]

    def _whole_error(self) -> list[str]:
        """Return the error if the JSON received so far is a complete error.

        The server might never end the body after it, so this does not wait for the end.

        Returns:
            The error in a list; [] if the JSON is incomplete or is not an error.
        """
        self._checks += 1
        if self._checks > MAX_CHECKS or self._length > MAX_ERROR_LENGTH:
            return []
        text = b"".join(self._pieces).decode("utf-8", "replace")
        try:
            if error_of_event(loads(text)) is None:
                return []
        except (ValueError, RecursionError):
            return []
        self._decode = _ignore
        return [WholeAnswer(text)]

    def _events_of(self, body: bytes, problem: Exception) -> list[str]:
        """Return the events of a body that begins with a line of JSON but is not a JSON text."""
        decoder = SseDecoder()
        texts = decoder.feed(body) + decoder.feed(b"")
        if not texts:
            raise self._unexpected(f"broken JSON: {problem}") from problem
        return texts

    def _collect_other(self, data: bytes) -> list[str]:
        self._collect(data)
        has_title = b"</title" in data.lower()
        if data and self._length < MAX_OTHER_LENGTH and not has_title:
            return []
        body = b"".join(self._pieces).decode("utf-8", "replace")
        raise self._unexpected(shortened(words_of(body)[0], 300) or "an empty body")

    def _collect(self, data: bytes) -> None:
        self._pieces.append(data)
        self._length += len(data)

    def _unexpected(self, came: str) -> ParseError:
        kind = self._kind or "no content-type"
        error = ParseError(f"expected a stream of events, got {kind}: {came}")
        error.status = 200
        error.body = shortened(b"".join(self._pieces[:8]).decode("utf-8", "replace"))
        return error
