"""Decode a content encoding incrementally."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import HttpError

if TYPE_CHECKING:
    import zlib


# Max decoded size of one read. JSON compresses to about a tenth; data that compress to less than a
# hundredth are a decompression bomb.
MAX_DECODED_PIECE_BYTES = 1 << 26
# Max ratio of a body's decoded size to its compressed size. gzip reaches 1,032 : 1 with a single
# repeated byte; JSON, embeddings full of zeros included, stays below 100 : 1. The ratio of a short
# body is not limited, since a short body does no harm.
MAX_RATIO = 200
MAX_DECODED_BYTES_AT_ANY_RATIO = 1 << 24

# The registered content codings (RFC 9110, 18.6, and IANA's registry) that are not supported here.
# Any other name (`none`, `utf-8`, `aws-chunked`) is not a content coding, and is ignored.
_UNSUPPORTED = frozenset(
    {"aes128gcm", "br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd"}
)
_SUPPORTED = frozenset({"gzip", "x-gzip", "deflate"})


def _codings(encoding: str) -> list[str]:
    """Return the registered content codings in a Content-Encoding; ignore unknown names."""
    if not encoding:
        return []
    names = [part.strip(" \t") for part in encoding.lower().split(",")]
    return [name for name in names if name in _SUPPORTED or name in _UNSUPPORTED]


class ContentDecoder:
    """Decodes gzip or deflate, for servers and gateways that compress without being asked.

    Several gzip members are one body (RFC 1952, 2.2).

    Raises:
        HttpError: The data are invalid, end early, continue after their end, or are a
            decompression bomb.
    """

    __slots__ = ("_decompress", "_encoding", "_received", "_start", "_undone")

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._start = b""  # too few bytes to detect the format
        self._decompress: zlib._Decompress | None = None
        self._received = 0  # bytes, compressed
        self._undone = 0  # bytes, decompressed

    @classmethod
    def of(cls, encoding: str) -> ContentDecoder | None:
        """Return a decoder for a Content-Encoding; None if the body is not encoded."""
        codings = _codings(encoding)
        if not codings:
            return None
        if len(codings) > 1 or codings[0] in _UNSUPPORTED:
            raise HttpError(f"unknown content-encoding {encoding[:80]!r}")
        return cls(codings[0])

    def feed(self, compressed: bytes) -> bytes:
        """Decode some bytes."""
        self._received += len(compressed)
        pieces = [self._feed_member(compressed)]
        while (decompress := self._decompress) is not None and decompress.unused_data:
            pieces.append(self._next_member(decompress.unused_data))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def finish(self) -> None:
        """Check at the end of the body that it is complete. A body of zero bytes is valid."""
        ended = not self._start if self._decompress is None else self._decompress.eof
        if not ended:
            raise HttpError(f"the body ends in the middle of its {self._encoding} encoding")

    def _feed_member(self, compressed: bytes) -> bytes:
        if self._decompress is None:
            compressed = self._start + compressed
            if len(compressed) < 2:
                self._start = compressed
                return b""
            self._start = b""
            self._decompress = _decompressor(self._encoding, compressed)
        elif self._decompress.eof and compressed:
            return self._next_member(compressed)
        plain = _decompressed(self._decompress, compressed)
        self._refuse_bomb(len(plain))
        return plain

    def _next_member(self, compressed: bytes) -> bytes:
        if self._encoding == "deflate" or not compressed.startswith(_GZIP_MAGIC[: len(compressed)]):
            raise HttpError("the body continues after the end of its content encoding")
        self._decompress = None
        return self._feed_member(compressed)

    def _refuse_bomb(self, length: int) -> None:
        self._undone += length
        limit = max(MAX_DECODED_BYTES_AT_ANY_RATIO, MAX_RATIO * self._received)
        if self._undone > limit:
            raise HttpError(f"the compressed body expands to more than {MAX_RATIO} times its size")


class ErrorBodyDecoder:
    """Decodes the body of an error response as far as possible, and drops the rest.

    The status is enough to report the error, even if a gateway's page for a 503 is in brotli.
    """

    __slots__ = ("_decoder",)

    def __init__(self, encoding: str) -> None:
        self._decoder: ContentDecoder | None = None
        with suppress(HttpError):
            self._decoder = ContentDecoder.of(encoding)

    def feed(self, compressed: bytes) -> bytes:
        """Decode some bytes; return b"" from the first invalid byte on."""
        if self._decoder is not None:
            try:
                return self._decoder.feed(compressed)
            except HttpError:
                self._decoder = None
        return b""

    def finish(self) -> None:
        """Do nothing: an incomplete body is not an error here."""


def decoder_for(encoding: str, status: int) -> ContentDecoder | ErrorBodyDecoder | None:
    """Return a decoder for the body of a response; None if the body is not encoded.

    Raises:
        HttpError: The encoding is not supported, and the status is below 400.
    """
    if status >= 400 and encoding:
        return ErrorBodyDecoder(encoding) if _codings(encoding) else None
    return ContentDecoder.of(encoding)


_GZIP_MAGIC = b"\x1f\x8b"


def _decompressor(encoding: str, start: bytes) -> zlib._Decompress:
    import zlib  # seldom needed: requests ask for `identity`

    # Some servers send "deflate" as a raw stream, without zlib's header (RFC 1950, 2.2).
    if encoding == "deflate" and (start[0] & 15 != 8 or (start[0] << 8 | start[1]) % 31):
        return zlib.decompressobj(-zlib.MAX_WBITS)
    # 32: detect zlib's or gzip's header
    return zlib.decompressobj(zlib.MAX_WBITS | 32)


def _decompressed(decompress: zlib._Decompress, compressed: bytes) -> bytes:
    import zlib

    try:
        plain = decompress.decompress(compressed, MAX_DECODED_PIECE_BYTES)
    except zlib.error as error:
        raise HttpError(f"broken content encoding: {error}") from error
    if decompress.unconsumed_tail:
        raise HttpError(
            f"a compressed piece of the body expands to more than {MAX_DECODED_PIECE_BYTES} bytes"
        )
    return plain
