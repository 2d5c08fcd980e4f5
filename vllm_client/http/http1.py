"""HTTP/1.1 without sockets: serialize requests, and parse responses incrementally.

The parser is strict where leniency would be unsafe (lengths, line ends of chunks), and lenient
where real servers deviate (bare LF in a head, a missing reason phrase, folded lines). It accepts
the same syntax as h11, and the tests compare it with h11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum, auto
from functools import lru_cache

import attrs

from ..errors import HttpError, IoError
from .content_encoding import ContentDecoder, ErrorBodyDecoder, decoder_for
from .headers import Headers
from .secrets import SecretBytes

# h11 allows 16 KiB for a head; proxies with many cookies need more.
MAX_HEAD_BYTES = 65_536
# A chunk size in hexadecimal with its extensions.
MAX_CHUNK_LINE_BYTES = 4_096
# Max size of the body of a non-streaming answer, which is held in memory.
MAX_BODY_BYTES = 1 << 30
# Without a limit, endless interim responses (1xx) would keep a request waiting forever.
MAX_INTERIM_RESPONSES = 100
# A TLS record of the type "alert" (RFC 8446, 5.1), of any version.
_TLS_ALERT = b"\x15\x03"

# The pattern begins with a literal, which makes the search fast. A CR before the match belongs to
# the empty line, too.
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/(1\.[0-9]) ([1-9][0-9]{2})(?: ([^\x00\r\n\x0b\x0c]*))?")
_FIELD = re.compile(
    # `*+` is possessive: otherwise a long run of blanks causes quadratic backtracking
    rb"([-!#$%&'*+.^_`|~0-9a-zA-Z]+):[ \t]*+((?:[^\x00\s]+(?:[ \t]+[^\x00\s]+)*)?)[ \t]*"
)
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,20})(?:;[^\r\n]*)?[ \t]*")
_LENGTH = re.compile(r"[0-9]{1,20}")
_TOKEN = re.compile(r"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
_VALUE = re.compile(r"(?:[\x21-\x7e\x80-\xff]+(?:[ \t]+[\x21-\x7e\x80-\xff]+)*)?")


def request_bytes(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes
) -> SecretBytes:
    """Serialize a request. Header names and values must be legal (`header_is_legal`)."""
    length = f"content-length: {len(body)}\r\n" if body or method == "POST" else ""
    fields = "".join([f"{name}: {value}\r\n" for name, value in headers])
    head = f"{method} {target} HTTP/1.1\r\n{fields}{length}\r\n".encode("latin-1")
    return SecretBytes(head + body)


def header_is_legal(name: str, value: str) -> bool:
    """Return whether a header field can be sent.

    The name must be a token, the value printable Latin-1 without leading and trailing whitespace.
    """
    return _TOKEN.fullmatch(name) is not None and _VALUE.fullmatch(value) is not None


@attrs.frozen
class ResponseHead:
    """The status line and header fields of a response."""

    status: int
    headers: Headers
    version: str = "1.1"
    reason: str = ""


class _State(Enum):
    HEAD = auto()
    LENGTH = auto()
    CHUNK_LINE = auto()
    CHUNK = auto()
    CHUNK_END = auto()
    TRAILERS = auto()
    UNTIL_CLOSE = auto()
    COMPLETE = auto()


class ResponseReader:
    """Parses one response: `feed` received bytes, `take` the part of the body decoded so far.

    Attributes:
        head: The head of the response; None until it has arrived.
        begun: Whether any byte has arrived, even of an interim response (1xx).
        buffered: The number of bytes of the body that `take` has not returned yet.
        tidy: After the end of the response, whether the connection can be reused.

    Raises:
        HttpError: The bytes are not valid HTTP.
        IoError: The connection closed too early, or the response is TLS.
    """

    __slots__ = (
        "_decode",
        "_inflate",
        "_interim",
        "_keep_alive",
        "_line",
        "_method",
        "_need",
        "_pieces",
        "_state",
        "begun",
        "buffered",
        "head",
        "tidy",
    )

    def __init__(self, method: str, decode: bool = True) -> None:
        self.head: ResponseHead | None = None
        self.begun = False
        self.buffered = 0
        self.tidy = False
        self._method = method
        self._decode = decode
        self._state = _State.HEAD
        self._interim = 0
        self._keep_alive = False
        self._line = bytearray()  # received bytes of an incomplete line, head or trailer
        self._need = 0  # missing bytes of the current chunk or of the body
        self._pieces: list[bytes] = []
        self._inflate: ContentDecoder | ErrorBodyDecoder | None = None

    @property
    def complete(self) -> bool:
        """Whether the whole body has been fed."""
        return self._state is _State.COMPLETE

    def take(self) -> bytes:
        """Return the part of the body that arrived since the last call, decoded."""
        pieces = self._pieces
        taken = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self.buffered = 0
        return taken if self._inflate is None else self._plain(self._inflate, taken)

    def take_whole_body(self) -> bytes | None:
        """Return the body if all of it has arrived and it has no content encoding; else None."""
        is_whole = self._state is _State.COMPLETE and self._inflate is None
        return self.take() if is_whole else None

    def feed(self, data: bytes) -> None:
        """Parse received bytes."""
        position = 0
        while position < len(data):
            position = _STEPS[self._state](self, data, position)

    def feed_end(self) -> None:
        """Handle the close of the connection.

        Raises:
            IoError: The response is incomplete. A body without a length ends at the close.
        """
        if self._state is _State.UNTIL_CLOSE:
            self._finish(keep_alive=False)
        elif self._state is not _State.COMPLETE:
            raise IoError(f"the connection closed {_EARLY[self._state]}")
        self.tidy = False

    def _plain(self, inflate: ContentDecoder | ErrorBodyDecoder, encoded: bytes) -> bytes:
        plain = inflate.feed(encoded)
        if not plain and self.complete:
            inflate.finish()
        return plain

    def _read_head(self, data: bytes, position: int) -> int:
        self.begun = True
        text, position = self._read_block(data, position, "head")
        if text is None:
            self._refuse_other_protocols()
            return position
        head = parse_head(text)
        state, need = _framing(head.headers)
        if head.status >= 200:
            self._begin_body(head, state, need)
        else:
            self._count_interim(head.status)
        return position

    def _refuse_other_protocols(self) -> None:
        start = bytes(self._line[:80])
        if start.startswith(_TLS_ALERT):
            raise tls_needed()
        if not b"HTTP/".startswith(start[:5]) and start != _TLS_ALERT[:1]:
            raise HttpError(f"the answer is not HTTP: {start!r}")

    def _count_interim(self, status: int) -> None:
        if status == 101:
            raise HttpError("the server switched protocols (101), which was not requested")
        self._interim += 1
        if self._interim > MAX_INTERIM_RESPONSES:
            raise HttpError(f"more than {MAX_INTERIM_RESPONSES} interim responses (1xx)")

    def _read_block(self, data: bytes, position: int, what: str) -> tuple[bytes | None, int]:
        """Read lines up to an empty line.

        Returns:
            The lines, or None if the empty line has not arrived; and the position of the first byte
            of `data` that was not consumed.
        """
        held, before = self._line, len(self._line)
        if not held:
            end = _EMPTY_LINE.search(data, position)
            if end is not None:
                return _block(data[position : end.start()], what), end.end()
        held += data[position:]
        # An empty line that is split between two reads begins in the last 3 bytes of the first.
        end = _EMPTY_LINE.search(held, max(0, before - 3))
        if end is None:
            _refuse_long(len(held), MAX_HEAD_BYTES, what)
            return None, len(data)
        text = _block(bytes(held[: end.start()]), what)
        held.clear()
        return text, position + end.end() - before

    def _begin_body(self, head: ResponseHead, state: _State, need: int) -> None:
        self.head = head
        connection, encoding = head.headers.get("connection"), head.headers.get("content-encoding")
        closes = connection is not None and _says_close(connection)
        # RFC 9112, 6.3: both a length and chunks may indicate request smuggling, so the connection
        # is not reused.
        ambiguous = state is _State.CHUNK_LINE and head.headers.get("content-length") is not None
        self._keep_alive = head.version != "1.0" and not closes and not ambiguous
        if self._method == "HEAD" or head.status in (204, 304):
            self._finish(self._keep_alive)
            return
        if self._decode and encoding is not None:
            self._inflate = decoder_for(encoding, head.status)
        self._state = state
        self._need = need
        if state is _State.LENGTH and not need:
            self._finish(self._keep_alive)

    def _read_length(self, data: bytes, position: int) -> int:
        piece = data[position : position + self._need]
        self._keep(piece)
        self._need -= len(piece)
        if not self._need:
            self._finish(self._keep_alive)
        return position + len(piece)

    def _read_until_close(self, data: bytes, position: int) -> int:
        self._keep(data[position:])
        return len(data)

    def _read_chunk_line(self, data: bytes, position: int) -> int:
        """Read all complete chunks in `data`. This is the hot loop of token streams."""
        if self._line:
            return self._read_split_chunk_line(data, position)
        keep, sizes, find = self._pieces.append, _SIZES, data.find
        while (line_end := find(b"\r\n", position)) >= 0:
            line = data[position:line_end]
            size = sizes.get(line) or _chunk_size(line)
            position = line_end + 2
            end = position + size
            if not size or data[end : end + 2] != b"\r\n":
                return self._begin_chunk(size, position)
            keep(data[position:end])
            self.buffered += size
            position = end + 2
        return self._read_split_chunk_line(data, position)

    def _read_split_chunk_line(self, data: bytes, position: int) -> int:
        stop = data.find(b"\n", position) + 1 or len(data)
        self._line += data[position:stop]
        _refuse_long(len(self._line), MAX_CHUNK_LINE_BYTES, "chunk size")
        line = bytes(self._line)
        if line.endswith(b"\r\n"):
            self._line.clear()
            return self._begin_chunk(_chunk_size(line[:-2]), stop)
        if not re.fullmatch(_MAY_BE_CHUNK_LINE, line):
            raise HttpError(f"bad chunk size {line[:40]!r}")
        return stop

    def _begin_chunk(self, size: int, position: int) -> int:
        self._need = size
        self._state = _State.CHUNK if size else _State.TRAILERS
        if not size:
            self._line += b"\n"  # so that an empty line right after the last chunk is found
        return position

    def _read_chunk(self, data: bytes, position: int) -> int:
        piece = data[position : position + self._need]
        self._keep(piece)
        self._need -= len(piece)
        if not self._need:
            self._state = _State.CHUNK_END
        return position + len(piece)

    def _read_chunk_end(self, data: bytes, position: int) -> int:
        line = self._line
        stop = min(position + 2 - len(line), len(data))
        line += data[position:stop]
        if not b"\r\n".startswith(line):
            raise HttpError(f"a chunk is longer than its size: expected CR LF, got {bytes(line)!r}")
        if len(line) == 2:
            line.clear()
            self._state = _State.CHUNK_LINE
        return stop

    def _read_trailers(self, data: bytes, position: int) -> int:
        """Validate and drop trailer fields."""
        text, position = self._read_block(data, position, "trailer")
        if text is not None:
            _fields(text.replace(b"\r\n", b"\n").removeprefix(b"\n"))
            self._finish(self._keep_alive)
        return position

    def _read_surplus(self, data: bytes, position: int) -> int:
        self.tidy = False  # unsolicited data after the response
        return len(data)

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.buffered += len(piece)

    def _finish(self, keep_alive: bool) -> None:
        self._state = _State.COMPLETE
        self.tidy = keep_alive


# The method that reads the next bytes in each state. HEAD is followed by the state for the kind of
# body or, without a body, by COMPLETE. A chunked body passes through CHUNK_LINE -> CHUNK ->
# CHUNK_END -> CHUNK_LINE … -> TRAILERS -> COMPLETE.
_STEPS: dict[_State, Callable[[ResponseReader, bytes, int], int]] = {
    _State.HEAD: ResponseReader._read_head,
    _State.LENGTH: ResponseReader._read_length,
    _State.CHUNK_LINE: ResponseReader._read_chunk_line,
    _State.CHUNK: ResponseReader._read_chunk,
    _State.CHUNK_END: ResponseReader._read_chunk_end,
    _State.TRAILERS: ResponseReader._read_trailers,
    _State.UNTIL_CLOSE: ResponseReader._read_until_close,
    _State.COMPLETE: ResponseReader._read_surplus,
}

_EARLY = {
    _State.HEAD: "before the head of an answer was complete",
    _State.LENGTH: "before the body had the length declared in its head",
    _State.CHUNK_LINE: "between two chunks, without the last one",
    _State.CHUNK: "in the middle of a chunk",
    _State.CHUNK_END: "at the end of a chunk, without the last one",
    _State.TRAILERS: "in the trailers",
}

# A cache of parsed chunk sizes. The chunks of a token stream have only a few different sizes, and a
# lookup takes a tenth of the time of parsing.
_SIZES: dict[bytes, int] = {}
# A cache of parsed header fields, for fields that contain no secret.
_USUAL_FIELDS: dict[bytes, tuple[str, str]] = {}
_USUAL_NAMES = frozenset(
    {
        "connection",
        "content-length",
        "content-type",
        "date",
        "server",
        "transfer-encoding",
        "vary",
    }
)
# a pattern that is rarely needed is compiled on first use, which keeps the import fast
_MAY_BE_CHUNK_LINE = rb"[0-9A-Fa-f]{0,20}(?:;[^\n]*|[ \t]*\r?)"


def parse_head(text: bytes) -> ResponseHead:
    """Parse a head, given without its final empty line. Raises HttpError."""
    first, _, rest = text.replace(b"\r\n", b"\n").partition(b"\n")
    status, version, reason = _status_line(first)
    return ResponseHead(status, Headers(_fields(rest)), version, reason)


@lru_cache(maxsize=64)
def _status_line(line: bytes) -> tuple[int, str, str]:
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise HttpError(f"not an HTTP/1 status line: {line[:80]!r}")
    version, status, reason = match.groups()
    return int(status), version.decode(), (reason or b"").decode("latin-1")


def _fields(text: bytes) -> list[tuple[str, str]]:
    """Parse header fields separated by LF. A line that begins with whitespace is a continuation."""
    if b"\n " in text or b"\n\t" in text:
        text = re.sub(rb"\n[ \t]+", b" ", text)
    return [_USUAL_FIELDS.get(line) or _field(line) for line in text.split(b"\n")] if text else []


def _field(line: bytes) -> tuple[str, str]:
    match = _FIELD.fullmatch(line)
    if match is None:
        raise HttpError(f"bad header field: {line[:80]!r}")
    field = match[1].decode(), match[2].decode("latin-1")
    if len(line) < 100 and field[0].lower() in _USUAL_NAMES:
        if len(_USUAL_FIELDS) >= 256:
            _USUAL_FIELDS.clear()
        _USUAL_FIELDS[line] = field
    return field


def _framing(headers: Headers) -> tuple[_State, int]:
    """Return the state to read the body in, and its length. Raises HttpError for bad fields."""
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    need = 0 if length is None else _length(length)
    if coding is not None:
        # `chunked, chunked` is accepted: a gateway added its own field to that of the server.
        if {part.strip(" \t") for part in coding.lower().split(",")} != {"chunked"}:
            raise HttpError(f"unknown transfer-encoding {coding[:80]!r}")
        return _State.CHUNK_LINE, 0
    return (_State.UNTIL_CLOSE if length is None else _State.LENGTH), need


def _says_close(connection: str) -> bool:
    """Return whether a Connection field contains `close`."""
    return "close" in [part.strip(" \t") for part in connection.lower().split(",")]


def _length(value: str) -> int:
    """Parse a Content-Length; a list of equal values is one value (RFC 9110, 8.6)."""
    if _LENGTH.fullmatch(value):
        return int(value)
    lengths = {part.strip(" \t") for part in value.split(",")}
    text = lengths.pop()
    if lengths or not _LENGTH.fullmatch(text):
        raise HttpError(f"bad content-length {value[:80]!r}")
    return int(text)


def tls_needed() -> IoError:
    """Return the error for a plain HTTP request to a server that speaks TLS."""
    error = IoError("the server speaks TLS: use https://")
    error.failure, error.may_have_arrived = "tls", False
    return error


def _chunk_size(line: bytes) -> int:
    _refuse_long(len(line), MAX_CHUNK_LINE_BYTES, "chunk size")
    match = _CHUNK_LINE.fullmatch(line)
    if match is None:
        raise HttpError(f"bad chunk size {line[:40]!r}")
    size = int(match[1], 16)
    if len(_SIZES) < 4096 and len(line) < 8:
        _SIZES[line] = size
    return size


def _block(lines: bytes, what: str) -> bytes:
    """Remove the CR of the last line end. Raises HttpError if the lines are too long."""
    text = lines.removesuffix(b"\r")
    _refuse_long(len(text), MAX_HEAD_BYTES, what)
    return text


def _refuse_long(length: int, longest: int, what: str) -> None:
    if length > longest:
        raise HttpError(f"the {what} is longer than {longest} bytes")
