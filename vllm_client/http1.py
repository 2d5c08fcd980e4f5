"""HTTP/1.1 without sockets: the bytes of a request, and an answer out of bytes cut anywhere.

Strict where a loose reading would be unsafe (lengths, line ends of chunks), lenient where servers
in the field are odd (bare LF in a head, a missing reason, folded lines). h11 is the model for
what is legal, and the oracle of the tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum, auto

import attrs

from .errors import HttpError, IoError
from .headers import Headers
from .inflate import Inflate

# h11 allows 16 KiB for a head; proxies with many cookies need more.
LONGEST_HEAD = 65_536
# A size in hexadecimal with its extensions.
LONGEST_CHUNK_LINE = 4_096
# A plain answer longer than this is nothing that a client wants in memory.
LONGEST_BODY = 1 << 30

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/(1\.[0-9]) ([0-9]{3})(?: ([^\x00\r\n\x0b\x0c]*))?")
_FIELD = re.compile(
    rb"([-!#$%&'*+.^_`|~0-9a-zA-Z]+):[ \t]*((?:[^\x00\s]+(?:[ \t]+[^\x00\s]+)*)?)[ \t]*"
)
_FOLD = re.compile(rb"\n[ \t]+")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\r\n]*)?[ \t]*")
_LENGTH = re.compile(r"[0-9]{1,18}")
_TOKEN = re.compile(r"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def request_bytes(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes
) -> bytes:
    """The whole request. Names and values must have passed `check_header`."""
    fields = "".join([f"{name}: {value}\r\n" for name, value in headers])
    length = f"content-length: {len(body)}\r\n" if body or method == "POST" else ""
    return f"{method} {target} HTTP/1.1\r\n{fields}{length}\r\n".encode("latin-1") + body


def header_is_legal(name: str, value: str) -> bool:
    """Whether the field can be sent: a token as name, a value of printable Latin-1."""
    return _TOKEN.fullmatch(name) is not None and _VALUE.fullmatch(value) is not None


@attrs.frozen
class ResponseHead:
    """Status line and header fields of an answer."""

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
    """One answer: `feed` it what the socket gave, `take` what of the body is there.

    Raises HttpError for bytes that are no HTTP, IoError for an end that comes too early. `tidy`
    says after the end whether the connection can carry another request.
    """

    __slots__ = (
        "_inflate",
        "_keep_alive",
        "_line",
        "_method",
        "_need",
        "_pieces",
        "_state",
        "buffered",
        "head",
        "tidy",
    )

    def __init__(self, method: str) -> None:
        self.head: ResponseHead | None = None
        self.buffered = 0
        self.tidy = False
        self._method = method
        self._state = _State.HEAD
        self._keep_alive = False
        self._line = b""  # of a line, or a head, that is not whole yet
        self._need = 0  # bytes still to come of the chunk, or of the body
        self._pieces: list[bytes] = []
        self._inflate: Inflate | None = None

    @property
    def complete(self) -> bool:
        """Whether the whole body has been fed."""
        return self._state is _State.COMPLETE

    @property
    def begun(self) -> bool:
        """Whether a single byte of an answer has come."""
        return self._state is not _State.HEAD or bool(self._line)

    def take(self) -> bytes:
        """The body that came since the last call, with its content encoding undone."""
        pieces = self._pieces
        if not pieces:
            return b""
        taken = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self.buffered = 0
        return taken if self._inflate is None else self._inflate.feed(taken)

    def feed(self, data: bytes) -> None:
        """Take in what the socket gave; all that it completes is done at once."""
        position = 0
        while position < len(data):
            position = _STEPS[self._state](self, data, position)

    def feed_end(self) -> None:
        """The server closed. Ends a body that lasts until then; too early for any other."""
        if self._state is _State.UNTIL_CLOSE:
            self._finish(keep_alive=False)
        elif self._state is not _State.COMPLETE:
            raise IoError(f"the connection closed {_EARLY[self._state]}")
        self.tidy = False

    def _read_head(self, data: bytes, position: int) -> int:
        text = self._line + data[position:]
        # the end may straddle two reads, but lies in the last 3 bytes before the new ones
        end = _END_OF_HEAD.search(text, max(0, len(self._line) - 3))
        if end is None:
            self._line = _bounded(text, LONGEST_HEAD, "head")
            if self._line[:5] != b"HTTP/"[: len(self._line)]:
                raise HttpError(f"no HTTP answer: {self._line[:80]!r}")
            return len(data)
        position += end.end() - len(self._line)
        self._line = b""
        head = parse_head(_bounded(text[: end.start()], LONGEST_HEAD, "head"))
        if head.status >= 200:
            self._begin_body(head)
        elif head.status == 101:
            raise HttpError("the server switched protocols (101) unasked")
        return position

    def _begin_body(self, head: ResponseHead) -> None:
        self.head = head
        headers = head.headers
        connection = headers.get("connection", "").lower()
        self._keep_alive = head.version == "1.1" and "close" not in connection
        self._inflate = Inflate.of(headers.get("content-encoding", ""))
        if self._method == "HEAD" or head.status in (204, 304):
            self._finish(self._keep_alive)
        elif (coding := headers.get("transfer-encoding")) is not None:
            if coding.lower() != "chunked":
                raise HttpError(f"unknown transfer-encoding {coding!r}")
            self._state = _State.CHUNK_LINE
        elif (length := headers.get("content-length")) is not None:
            self._need = _length(length)
            self._state = _State.LENGTH
            if not self._need:
                self._finish(self._keep_alive)
        else:
            self._state = _State.UNTIL_CLOSE

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
        """Read chunks as long as whole ones lie in `data`; the loop of every streamed token."""
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
        line = _bounded(self._line + data[position:stop], LONGEST_CHUNK_LINE, "chunk size")
        if line.endswith(b"\r\n"):
            self._line = b""
            return self._begin_chunk(_chunk_size(line[:-2]), stop)
        if not _MAY_BE_CHUNK_LINE.fullmatch(line):
            raise HttpError(f"bad chunk size {line[:40]!r}")
        self._line = line
        return stop

    def _begin_chunk(self, size: int, position: int) -> int:
        self._need = size
        self._state = _State.CHUNK if size else _State.TRAILERS
        return position

    def _read_chunk(self, data: bytes, position: int) -> int:
        piece = data[position : position + self._need]
        self._keep(piece)
        self._need -= len(piece)
        if not self._need:
            self._state = _State.CHUNK_END
        return position + len(piece)

    def _read_chunk_end(self, data: bytes, position: int) -> int:
        end = self._line + data[position : position + 2 - len(self._line)]
        if not b"\r\n".startswith(end):
            raise HttpError(f"a chunk is longer than its size says: {end!r} where it should end")
        position += len(end) - len(self._line)
        self._line = b"" if len(end) == 2 else end
        if len(end) == 2:
            self._state = _State.CHUNK_LINE
        return position

    def _read_trailers(self, data: bytes, position: int) -> int:
        """Skip trailer fields up to the empty line; they carry nothing for us."""
        line_end = data.find(b"\n", position)
        stop = line_end + 1 or len(data)
        line = _bounded(self._line + data[position:stop], LONGEST_HEAD, "trailer")
        self._line = b"" if line_end >= 0 else line
        if line in (b"\r\n", b"\n"):
            self._finish(self._keep_alive)
        elif line_end >= 0:
            _field(line.rstrip(b"\r\n"))
        return stop

    def _read_surplus(self, data: bytes, position: int) -> int:
        self.tidy = False  # nobody asked for more: whatever it is, it belongs to no request
        return len(data)

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.buffered += len(piece)

    def _finish(self, keep_alive: bool) -> None:
        self._state = _State.COMPLETE
        self.tidy = keep_alive


# What reads the next bytes in each state. HEAD leads to a body's state or, without a body, to
# COMPLETE; CHUNK_LINE -> CHUNK -> CHUNK_END -> CHUNK_LINE … -> TRAILERS -> COMPLETE.
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
    _State.HEAD: "before the head of an answer was whole",
    _State.LENGTH: "before the body had the length that its head says",
    _State.CHUNK_LINE: "between two chunks, without the last one",
    _State.CHUNK: "in the middle of a chunk",
    _State.CHUNK_END: "at the end of a chunk, without the last one",
    _State.TRAILERS: "in the trailers",
}

# Token chunks of one stream have few sizes; looking one up costs a tenth of reading it.
_SIZES: dict[bytes, int] = {}
_MAY_BE_CHUNK_LINE = re.compile(rb"[0-9A-Fa-f]{0,16}(?:;[^\n]*|[ \t]*\r?)")


def parse_head(text: bytes) -> ResponseHead:
    """A head without its final empty line. Raises HttpError."""
    first, _, rest = text.replace(b"\r\n", b"\n").partition(b"\n")
    match = _STATUS_LINE.fullmatch(first)
    if match is None:
        raise HttpError(f"no HTTP/1 status line: {first[:80]!r}")
    lines = _FOLD.sub(b" ", rest).split(b"\n") if rest else []
    version, status, reason = match.groups()
    return ResponseHead(
        int(status),
        Headers([_field(line) for line in lines]),
        version.decode(),
        (reason or b"").decode("latin-1"),
    )


def _field(line: bytes) -> tuple[str, str]:
    match = _FIELD.fullmatch(line)
    if match is None:
        raise HttpError(f"bad header field: {line[:80]!r}")
    return match[1].decode(), match[2].decode("latin-1")


def _length(value: str) -> int:
    """A Content-Length; several are one if they agree (RFC 9110, 8.6)."""
    lengths = {part.strip() for part in value.split(",")}
    text = lengths.pop()
    if lengths or not _LENGTH.fullmatch(text):
        raise HttpError(f"bad content-length {value[:80]!r}")
    return int(text)


def _chunk_size(line: bytes) -> int:
    match = _CHUNK_LINE.fullmatch(line)
    if match is None or len(line) > LONGEST_CHUNK_LINE:
        raise HttpError(f"bad chunk size {line[:40]!r}")
    size = int(match[1], 16)
    if len(_SIZES) < 4096 and len(line) < 8:
        _SIZES[line] = size
    return size


def _bounded(text: bytes, longest: int, what: str) -> bytes:
    if len(text) > longest:
        raise HttpError(f"the {what} is longer than {longest} bytes")
    return text
