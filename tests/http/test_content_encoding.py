"""Decoding content encodings."""

import contextlib
import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings, strategies as st

from vllm_client.errors import HttpError
from vllm_client.http.content_encoding import (
    MAX_DECODED_BYTES_AT_ANY_RATIO,
    MAX_DECODED_PIECE_BYTES,
    ContentDecoder,
    decoder_for,
)

TEXT = b"data: {}\n\n" * 20


def raw_deflate(plain: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(plain) + packer.flush()


def text_whose_raw_deflate_has_the_check_of_a_zlib_header() -> bytes:
    """Return a text whose raw deflate form passes the checksum of a zlib header (RFC 1950, 2.2)."""
    texts = (b"%d" % number for number in range(10_000))
    return next(text for text in texts if int.from_bytes(raw_deflate(text)[:2]) % 31 == 0)


LOOKS_LIKE_ZLIB = text_whose_raw_deflate_has_the_check_of_a_zlib_header()

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "X-GZip": gzip.compress,
    " deflate ": zlib.compress,
    "gzip, aws-chunked": gzip.compress,
}


def undone(encoding: str, pieces: list[bytes]) -> bytes:
    inflate = ContentDecoder.of(encoding)
    assert inflate is not None
    plain = b"".join([inflate.feed(piece) for piece in pieces])
    inflate.finish()
    return plain


@pytest.mark.parametrize(
    "encoding",
    ["", "identity", " Identity", "none", "utf-8", "aws-chunked", "identity, none"],
)
def test_a_body_without_content_encoding_needs_no_decoder(encoding: str) -> None:
    assert ContentDecoder.of(encoding) is None


def test_unknown_codings_beside_gzip_are_ignored() -> None:
    assert undone("aws-chunked, gzip", [gzip.compress(TEXT)]) == TEXT


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "gzip, gzip", "compress", "none, br", "br, aws-chunked"]
)
def test_an_unsupported_encoding_is_an_error_that_names_it(encoding: str) -> None:
    with pytest.raises(HttpError, match=f"unknown content-encoding '{encoding}'"):
        ContentDecoder.of(encoding)


@pytest.mark.parametrize(
    ("encoding", "packed", "plain"),
    [
        *[(name, packer(TEXT), TEXT) for name, packer in PACKERS.items()],
        ("deflate", raw_deflate(TEXT), TEXT),
        ("deflate", raw_deflate(b""), b""),
        ("deflate", raw_deflate(LOOKS_LIKE_ZLIB), LOOKS_LIKE_ZLIB),
    ],
)
def test_an_encoding_is_decoded_for_any_chunking(
    encoding: str, packed: bytes, plain: bytes
) -> None:
    assert undone(encoding, [packed]) == plain
    assert undone(encoding, [packed[at : at + 1] for at in range(len(packed))]) == plain
    for cut in range(len(packed)):
        assert undone(encoding, [packed[:cut], packed[cut:]]) == plain


def test_decoded_bytes_are_returned_at_once() -> None:
    packer = zlib.compressobj()
    first = packer.compress(b"first") + packer.flush(zlib.Z_SYNC_FLUSH)

    assert ContentDecoder("deflate").feed(first) == b"first"


def test_zero_bytes_are_an_empty_body() -> None:
    assert undone("gzip", []) == b""


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("length", [1, 2, 15])
def test_an_early_end_is_an_error(encoding: str, length: int) -> None:
    packed = PACKERS.get(encoding, zlib.compress)(TEXT)[:length]

    with pytest.raises(HttpError, match=f"in the middle of its {encoding} encoding"):
        undone(encoding, [packed])


def test_bytes_after_the_end_are_an_error() -> None:
    packed = gzip.compress(TEXT)

    for surplus in (b"\0", b"\x1f\0", TEXT):
        for pieces in ([packed + surplus], [packed, surplus]):
            with pytest.raises(HttpError, match="continues after the end"):
                undone("gzip", pieces)
    for pieces in ([zlib.compress(TEXT) * 2], [zlib.compress(TEXT)] * 2):
        with pytest.raises(HttpError, match="continues after the end"):
            undone("deflate", pieces)


def test_several_gzip_members_are_one_body_for_any_chunking() -> None:
    packed = gzip.compress(b"a") + gzip.compress(b"") + gzip.compress(b"b")

    for cut in range(len(packed)):
        assert undone("gzip", [packed[:cut], packed[cut:]]) == b"ab"
    assert undone("gzip", [packed[at : at + 1] for at in range(len(packed))]) == b"ab"


def test_truncated_gzip_member_is_an_error() -> None:
    packed = gzip.compress(b"a")

    for length in range(1, len(packed)):
        with pytest.raises(HttpError, match="in the middle of its gzip encoding"):
            undone("gzip", [packed + packed[:length]])


@settings(deadline=None)
@given(st.sampled_from(["gzip", "deflate"]), st.binary(max_size=64))
def test_any_bytes_give_bytes_or_an_http_error(encoding: str, garbage: bytes) -> None:
    with contextlib.suppress(HttpError):
        assert isinstance(undone(encoding, [garbage]), bytes)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_invalid_bytes_are_an_error_with_the_cause(encoding: str) -> None:
    with pytest.raises(HttpError, match="broken content encoding") as caught:
        undone(encoding, [b"\xff" * 20])

    assert isinstance(caught.value.__cause__, zlib.error)


def test_a_piece_above_the_limit_is_rejected() -> None:
    bomb = gzip.compress(bytes(MAX_DECODED_PIECE_BYTES + 1))
    assert len(bomb) < 100_000

    with pytest.raises(HttpError, match="expands to more than 67108864 bytes"):
        undone("gzip", [bomb])


def pieces_of_a_bomb() -> list[bytes]:
    """Return pieces of a decompression bomb, each below the limit for a single piece."""
    packer = zlib.compressobj()
    blanks = b" " * (MAX_DECODED_PIECE_BYTES // 4)
    return [packer.compress(blanks) + packer.flush(zlib.Z_SYNC_FLUSH) for _ in range(2)]


def test_bomb_in_small_pieces_is_rejected_before_it_fills_the_memory() -> None:
    first, second, *_ = pieces_of_a_bomb()
    inflate = ContentDecoder("deflate")

    assert len(inflate.feed(first)) == MAX_DECODED_BYTES_AT_ANY_RATIO
    with pytest.raises(HttpError, match="more than 200 times its size"):
        inflate.feed(second)


def test_bomb_of_several_members_is_rejected() -> None:
    member = gzip.compress(bytes(MAX_DECODED_BYTES_AT_ANY_RATIO // 2))

    with pytest.raises(HttpError, match="more than 200 times its size"):
        undone("gzip", [member * 3])


def test_long_body_of_an_ordinary_ratio_is_decoded() -> None:
    plain = b"".join(b"[%d, 0.0, 0.0, 0.0]\n" % number for number in range(1_000_000))
    assert len(plain) > MAX_DECODED_BYTES_AT_ANY_RATIO

    assert undone("gzip", [gzip.compress(plain, 1)]) == plain


@pytest.mark.parametrize(
    ("encoding", "pieces", "body"),
    [
        ("br", [b"\x0b\x02\x80", b"x"], b""),
        ("gzip", [gzip.compress(TEXT)], TEXT),
        ("gzip", [gzip.compress(TEXT)[:-4]], TEXT),
        ("gzip", [b"no gzip", gzip.compress(TEXT)], b""),
        ("gzip", [gzip.compress(TEXT), b"more"], TEXT),
    ],
)
def test_the_body_of_an_error_is_decoded_as_far_as_possible(
    encoding: str, pieces: list[bytes], body: bytes
) -> None:
    decoder = decoder_for(encoding, 503)
    assert decoder is not None

    assert b"".join(decoder.feed(piece) for piece in pieces) == body
    decoder.finish()


def test_an_error_that_is_not_encoded_has_no_decoder() -> None:
    assert decoder_for("", 503) is None
    assert decoder_for("none", 503) is None
