"""Undoing a content encoding, as the bytes come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import HttpError

if TYPE_CHECKING:
    import zlib


# What one read of compressed bytes may hold. JSON shrinks to a tenth; a read that grows to hundreds
# of times its size is made to fill the memory.
MAX_DECODED_PIECE_BYTES = 1 << 26


_DECODED = frozenset({"gzip", "x-gzip", "deflate"})
# The content codings that IANA lists (HTTP Content Coding Registry), but for identity.
_REGISTERED = _DECODED | {
    "br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm",
}  # fmt: skip


class ContentDecoder:
    """Undoes gzip or deflate, for servers and gateways that compress without being asked.

    Raises HttpError for what is broken, ends early, or goes on after its end.
    """

    __slots__ = ("_decompress", "_encoding", "_start")

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._start = b""  # too few bytes to tell what they are
        self._decompress: zlib._Decompress | None = None

    @classmethod
    def of(cls, encoding: str) -> ContentDecoder | None:
        """What undoes this Content-Encoding; None where nothing is to be done."""
        names = [name.strip().lower() for name in encoding.split(",")]
        codings = [name for name in names if name in _REGISTERED]
        if not codings:
            return None  # "none", "utf-8", "aws-chunked": these name no coding
        if len(codings) > 1 or codings[0] not in _DECODED:
            raise HttpError(f"unknown content-encoding {encoding[:80]!r}")
        return cls(codings[0])

    def feed(self, compressed: bytes) -> bytes:
        """What the bytes hold."""
        if self._decompress is None:
            compressed = self._start + compressed
            if len(compressed) < 2:
                self._start = compressed
                return b""
            self._decompress = _decompressor(self._encoding, compressed)
        return _decompressed(self._decompress, compressed)

    def finish(self) -> None:
        """No more bytes will come. No byte at all is an empty body."""
        ended = not self._start if self._decompress is None else self._decompress.eof
        if not ended:
            raise HttpError(f"the body ends in the middle of its {self._encoding} encoding")


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
    if decompress.unused_data:
        raise HttpError("the body goes on after the end of its content encoding")
    return plain
