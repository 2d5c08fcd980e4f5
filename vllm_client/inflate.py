"""Undoing a content encoding, as the bytes come."""

from __future__ import annotations

from .errors import HttpError


class Inflate:
    """Undoes gzip or deflate, for servers and gateways that compress without being asked."""

    __slots__ = ("_decompress", "_raw_deflate_may_follow")

    def __init__(self, encoding: str) -> None:
        import zlib  # seldom needed: we ask for identity

        # 32: header told from the bytes, zlib's or gzip's
        self._decompress = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._raw_deflate_may_follow = encoding == "deflate"

    @classmethod
    def of(cls, encoding: str) -> Inflate | None:
        """What undoes this Content-Encoding; None where nothing is to be done."""
        encoding = encoding.strip().lower()
        if encoding in ("", "identity"):
            return None
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise HttpError(f"unknown content-encoding {encoding!r}")
        return cls(encoding)

    def feed(self, compressed: bytes) -> bytes:
        """What the bytes hold."""
        import zlib

        try:
            plain = self._decompress.decompress(compressed)
        except zlib.error as error:
            if not self._raw_deflate_may_follow:
                raise HttpError(f"broken content encoding: {error}") from error
            # some servers call a raw deflate stream, without zlib's header, "deflate"
            self._raw_deflate_may_follow = False
            self._decompress = zlib.decompressobj(-zlib.MAX_WBITS)
            return self.feed(compressed)
        self._raw_deflate_may_follow = False
        return plain
