"""Observe one answer: parse its bytes to a `RecordedResponse` for the cassette."""

import re
from collections.abc import Iterator, Sequence

import h11

from .exchange import (
    WRITTEN_RESPONSE_HEADERS,
    End,
    RecordedResponse,
    RecordedTimes,
    allowed_headers,
    decoded_headers,
)

_EMPTY_LINE = re.compile(rb"\n\r?\n")
_HEADER_LINE = re.compile(rb"^([!-9;-~]+)[ \t]*:[^\n]*\n?", re.MULTILINE)

# Bytes, and the time at which they arrived.
Piece = tuple[bytes, float]


class ResponseObserver:
    """Parse the bytes of one answer as they arrive.

    `parser` is the h11 connection that also encodes the request. Times are on a monotonic clock.
    """

    def __init__(self, parser: h11.Connection) -> None:
        self._parser = parser
        self._raw: list[Piece] = []
        self._heads = 0
        self._head: h11.Response | None = None
        self._headers: dict[str, str] = {}
        self._head_at = 0.0
        self._piece: list[bytes] = []
        self._pieces: list[Piece] = []
        self._is_http = True
        self.complete = False

    @property
    def begun(self) -> bool:
        """Whether a byte of the answer has arrived."""
        return bool(self._raw)

    def receive(self, answer: bytes, now: float) -> None:
        """Record received bytes; b"" is the end of the connection."""
        if answer:
            self._raw.append((answer, now))
        if not self._is_http:
            return
        try:
            self._parser.receive_data(answer)
            while not self.complete and self._read_event(now):
                pass
        except h11.RemoteProtocolError:
            self._is_http = not answer  # a premature end is recorded as such, not as invalid HTTP

    def _read_event(self, now: float) -> bool:
        """Handle one event of the parser; return False if none may be read now."""
        match self._parser.next_event():
            case h11.Response() as head:
                self._head, self._head_at = head, now
                self._heads += 1
                headers = decoded_headers(head.headers)
                self._headers = allowed_headers(headers, WRITTEN_RESPONSE_HEADERS)
            case h11.Data(data=data, chunk_end=chunk_end):
                self._piece.append(bytes(data))
                if chunk_end or self._until_close:
                    self._end_piece(now)
            case h11.EndOfMessage():
                self.complete = True
                self._end_piece(now)
            case h11.InformationalResponse():
                self._heads += 1
            case _:
                return False
        return True

    @property
    def _until_close(self) -> bool:
        return self._headers.keys().isdisjoint({"content-length", "transfer-encoding"})

    def _end_piece(self, now: float) -> None:
        if self._piece:
            self._pieces.append((b"".join(self._piece), now))
            self._piece = []

    def recorded(self, end: End, since: float | None, now: float) -> RecordedResponse:
        """Return the answer so far. `since`: when the request was complete; None omits times."""
        self._end_piece(now)
        if self._head is None:
            pieces = _without_secrets(self._raw)
            times = _times(pieces[0][1] if pieces else now, pieces, since, now)
            return RecordedResponse(None, {}, _bytes(pieces), end, times)
        pieces = self._pieces if self._is_http else list(self._raw_body())
        times = _times(self._head_at, pieces, since, now)
        status = self._head.status_code
        raw = not self._is_http
        return RecordedResponse(status, self._headers, _bytes(pieces), end, times, raw=raw)

    def _raw_body(self) -> Iterator[Piece]:
        """Yield all bytes after the head."""
        wire = b"".join(_bytes(self._raw))
        empty_lines = [found.end() for found in _EMPTY_LINE.finditer(wire)]
        skipped = empty_lines[self._heads - 1]
        for data, at in self._raw:
            if len(data) > skipped:
                yield data[skipped:], at
            skipped = max(0, skipped - len(data))


def _without_secrets(raw: Sequence[Piece]) -> list[Piece]:
    """Return an invalid head as one piece, without the headers that must not be written."""
    if not raw:
        return []
    wire = b"".join(_bytes(raw))
    end = found.end() if (found := _EMPTY_LINE.search(wire)) else len(wire)
    return [(_HEADER_LINE.sub(_if_allowed, wire[:end]) + wire[end:], raw[0][1])]


def _if_allowed(line: re.Match[bytes]) -> bytes:
    return line[0] if line[1].decode().lower() in WRITTEN_RESPONSE_HEADERS else b""


def _bytes(pieces: Sequence[Piece]) -> tuple[bytes, ...]:
    return tuple(piece for piece, _ in pieces)


def _times(
    head_at: float, pieces: Sequence[Piece], since: float | None, now: float
) -> RecordedTimes | None:
    if since is None:
        return None
    body = tuple(round(at - since, 4) for _, at in pieces)
    return RecordedTimes(round(head_at - since, 4), body, round(now - since, 4))
