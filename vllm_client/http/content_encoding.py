"""Undoing a content encoding, as the bytes come."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import HttpError

if TYPE_CHECKING:
    import zlib


# What one read of compressed bytes may hold. JSON shrinks to a tenth; a read that grows to hundreds
# of times its size is made to fill the memory.
MAX_DECODED_PIECE_BYTES = 1 << 26
# What a whole body may hold, against its compressed size. gzip reaches 1,032 : 1 with a single
# repeated byte; JSON, embeddings full of zeros included, stays below 100 : 1. A short body is never
# refused, since it does no harm.
MAX_RATIO = 200
MAX_DECODED_BYTES_AT_ANY_RATIO = 1 << 24

# The registered content codings (RFC 9110, 18.6, and IANA's registry) that are not undone here. Any
# other name (`none`, `utf-8`, `aws-chunked`) is no coding, and says nothing about the body.
_UNSUPPORTED = frozenset(
    {"aes128gcm", "br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd"}
)
_SUPPORTED = frozenset({"gzip", "x-gzip", "deflate"})


def _codings(encoding: str) -> list[str]:
    """The content codings in a Content-Encoding, without what names none."""
    if not encoding:
        return []
    names = [part.strip(" \t") for part in encoding.lower().split(",")]
    return [name for name in names if name in _SUPPORTED or name in _UNSUPPORTED]


class ContentDecoder:
    """Undoes gzip or deflate, for servers and gateways that compress without being asked.

    Raises HttpError for what is broken, ends early, goes on after its end, or is a decompression
    bomb. Several gzip members are one body (RFC 1952, 2.2).
    """

    __slots__ = ("_decompress", "_encoding", "_received", "_start", "_undone")

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._start = b""  # too few bytes to tell what they are
        self._decompress: zlib._Decompress | None = None
        self._received = 0  # bytes, compressed
        self._undone = 0  # bytes, decompressed

    @classmethod
    def of(cls, encoding: str) -> ContentDecoder | None:
        """What undoes this Content-Encoding; None where nothing is to be done."""
        codings = _codings(encoding)
        if not codings:
            return None
        if len(codings) > 1 or codings[0] in _UNSUPPORTED:
            raise HttpError(f"unknown content-encoding {encoding[:80]!r}")
        return cls(codings[0])

    def feed(self, compressed: bytes) -> bytes:
        """What the bytes hold."""
        self._received += len(compressed)
        pieces = [self._feed_member(compressed)]
        while (decompress := self._decompress) is not None and decompress.unused_data:
            pieces.append(self._next_member(decompress.unused_data))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def finish(self) -> None:
        """No more bytes will come. No byte at all is an empty body."""
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
            raise HttpError("the body goes on after the end of its content encoding")
        self._decompress = None
        return self._feed_member(compressed)

    def _refuse_bomb(self, length: int) -> None:
        self._undone += length
        limit = max(MAX_DECODED_BYTES_AT_ANY_RATIO, MAX_RATIO * self._received)
        if self._undone > limit:
            raise HttpError(f"the compressed body grows to more than {MAX_RATIO} times its size")


class ErrorBodyDecoder:
    """Undoes the content encoding of an error's body as far as it can; the rest is left out.

    The status says what happened, whatever the body: a gateway's page for a 503 may be in br.
    """

    __slots__ = ("_decoder",)

    def __init__(self, encoding: str) -> None:
        self._decoder: ContentDecoder | None = None
        with suppress(HttpError):
            self._decoder = ContentDecoder.of(encoding)

    def feed(self, compressed: bytes) -> bytes:
        """What the bytes hold; nothing after bytes that cannot be decoded."""
        if self._decoder is not None:
            try:
                return self._decoder.feed(compressed)
            except HttpError:
                self._decoder = None
        return b""

    def finish(self) -> None:
        """No more bytes will come."""


def decoder_for(encoding: str, status: int) -> ContentDecoder | ErrorBodyDecoder | None:
    """What undoes the content encoding of a response; None where nothing is to be done.

    Raises:
        HttpError: the encoding of a success is not supported.
    """
    if status >= 400 and encoding:
        return ErrorBodyDecoder(encoding) if _codings(encoding) else None
    return ContentDecoder.of(encoding)


_GZIP_MAGIC = b"\x1f\x8b"


def _decompressor(encoding: str, start: bytes) -> zlib._Decompress:
    import zlib  # seldom needed: we ask for identity

    # some servers call a raw deflate stream, without zlib's header (RFC 1950, 2.2), "deflate"
    if encoding == "deflate" and (start[0] & 15 != 8 or (start[0] << 8 | start[1]) % 31):
        return zlib.decompressobj(-zlib.MAX_WBITS)
    # 32: zlib's header or gzip's, told from the bytes
    return zlib.decompressobj(zlib.MAX_WBITS | 32)


def _decompressed(decompress: zlib._Decompress, compressed: bytes) -> bytes:
    import zlib

    try:
        plain = decompress.decompress(compressed, MAX_DECODED_PIECE_BYTES)
    except zlib.error as error:
        raise HttpError(f"broken content encoding: {error}") from error
    if decompress.unconsumed_tail:
        raise HttpError(
            f"a compressed piece of the body holds more than {MAX_DECODED_PIECE_BYTES} bytes"
        )
    return plain
