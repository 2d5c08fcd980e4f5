"""HTTP/1.1 without sockets, compared with h11. `EXEMPTIONS` lists the intended differences."""

import gzip
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

import attrs
import h11
import pytest
from hypothesis import assume, example, given, settings, strategies as st

from tests.recordings import KilledServer, all_killed
from vllm_client.errors import HttpError, IoError
from vllm_client.http.headers import Headers
from vllm_client.http.http1 import (
    MAX_CHUNK_LINE_BYTES,
    MAX_HEAD_BYTES,
    MAX_INTERIM_RESPONSES,
    ResponseHead,
    ResponseReader,
    header_is_legal,
    parse_head,
    request_bytes,
)

unhurried = settings(deadline=None)

READ = 1 << 16  # the size of one read of a connection
TEN_MB = 10 << 20

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"


# The two parsers.


@attrs.frozen
class Answer:
    """The result of parsing; `tidy` is whether the connection can be reused."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    tidy: bool


BROKEN = None

# Not compared, since h11 joins repeated fields. That the lengths agree is visible in the body.
LENGTH_FIELDS = ("content-length", "transfer-encoding")


def read_by_us(method: str, pieces: Iterable[bytes]) -> Answer | None:
    """Parse an answer given in pieces, after which the server closes the connection."""
    reader, body = ResponseReader(method), []
    try:
        for piece in pieces:
            reader.feed(piece)
            body.append(reader.take())
        tidy = reader.tidy
        reader.feed_end()
    except (HttpError, IoError):
        return BROKEN
    assert reader.head is not None
    assert reader.complete
    assert not reader.tidy
    fields = [(name.lower(), value) for name, value in reader.head.headers.pairs]
    return Answer(reader.head.status, _without_lengths(fields), b"".join(body), tidy)


def read_by_h11(method: str, wire: bytes) -> Answer | None:
    """Parse an answer with h11."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    connection.send(h11.Request(method=method, target="/", headers=[("host", "h")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(wire)
    head, body = None, b""
    try:
        while type(event := connection.next_event()) is not h11.EndOfMessage:
            if event is h11.NEED_DATA:
                connection.receive_data(b"")
            elif type(event) is h11.Response:
                head = event
            elif type(event) is h11.Data:
                body += event.data
    except h11.RemoteProtocolError:
        return BROKEN
    assert head is not None
    fields = [(name.decode(), value.decode("latin-1")) for name, value in head.headers]
    tidy = connection.their_state is h11.DONE and connection.trailing_data == (b"", False)
    # RFC 9112, 6.3: a client should close the connection after both fields; h11 does not
    tidy = tidy and not {name for name, _ in fields}.issuperset(LENGTH_FIELDS)
    return Answer(head.status_code, _without_lengths(fields), body, tidy)


def _without_lengths(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(field for field in fields if field[0] not in LENGTH_FIELDS)


def by_bytes(wire: bytes) -> list[bytes]:
    return [wire[place : place + 1] for place in range(len(wire))]


def at(wire: bytes, places: Iterable[int]) -> list[bytes]:
    """Split bytes at the given positions."""
    ends = sorted({place % (len(wire) + 1) for place in places} | {len(wire)})
    return [wire[start:end] for start, end in zip([0, *ends], ends, strict=False)]


# The differences from h11.


@attrs.frozen
class Exemption:
    reason: str
    wire: bytes  # an example of the difference
    covers: Callable[[bytes], Any]
    method: str = "GET"
    ours: Answer | None = BROKEN  # our result for the example, which differs from h11's


LONG_VALUE = b"x" * MAX_HEAD_BYTES

EXEMPTIONS = (
    Exemption(
        "h11 accepts any digits as a version; we accept only HTTP/1",
        b"HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        re.compile(rb"HTTP/[02-9]").search,
    ),
    Exemption(
        "h11 allows a bare CR in a chunk's extension, where parsers that take it for the end of "
        "the line see other chunks (request smuggling)",
        CHUNKED + b"1;a\rb\r\nx\r\n0\r\n\r\n",
        re.compile(rb";[^\n]*\r[^\n]").search,
    ),
    Exemption(
        "our limit on the size of a head; h11's is set by its user",
        OK + b"content-length: 0\r\nlong: " + LONG_VALUE + b"\r\n\r\n",
        lambda wire: len(wire) > MAX_HEAD_BYTES,
    ),
    Exemption(
        "our limit on the line of a chunk size; h11's is set by its user",
        CHUNKED + b"1;" + b"x" * MAX_CHUNK_LINE_BYTES + b"\r\nx\r\n0\r\n\r\n",
        lambda wire: len(wire) > MAX_CHUNK_LINE_BYTES,
    ),
    Exemption(
        "our limit on the size of trailers",
        CHUNKED + b"0\r\nlong: " + LONG_VALUE + b"\r\n\r\n",
        lambda wire: len(wire) > MAX_HEAD_BYTES,
    ),
    Exemption(
        "h11 leaves content encodings to its user",
        OK + b"content-encoding: br\r\ncontent-length: 0\r\n\r\n",
        re.compile(rb"content-encoding", re.IGNORECASE).search,
    ),
    Exemption(
        "our limit on the number of interim responses; h11 has none",
        b"HTTP/1.1 102\r\n\r\n" * 101 + OK + b"content-length: 0\r\n\r\n",
        lambda wire: wire.count(b"HTTP/1.1 1") > 100,
    ),
    Exemption(
        "we accept `chunked` twice, which gateways send that copy the fields of a server",
        OK + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        re.compile(
            rb"chunked[ \t]*,|transfer-encoding:.*transfer-encoding:", re.IGNORECASE | re.DOTALL
        ).search,
        ours=Answer(200, (), b"", tidy=True),
    ),
)


def is_exempt(wire: bytes) -> bool:
    return any(exemption.covers(wire) for exemption in EXEMPTIONS)


@pytest.mark.parametrize("exemption", EXEMPTIONS, ids=lambda exemption: exemption.reason[:40])
def test_an_exemption_is_necessary_and_is_read_as_it_states(exemption: Exemption) -> None:
    assert is_exempt(exemption.wire)
    assert read_by_us(exemption.method, [exemption.wire]) == exemption.ours
    read = read_by_h11(exemption.method, exemption.wire) is not BROKEN
    assert read is (exemption.ours is BROKEN)


# Answers, legal and broken.

# The parts of an answer by kind: legal ones, and unusual ones, which may be legal or not.
LEGAL: dict[str, st.SearchStrategy[bytes]] = {
    "early": st.sampled_from([b"HTTP/1.1 100 Continue", b"HTTP/1.1 103 Early Hints"]),
    "status": st.sampled_from(
        [
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 500 Internal Server Error",
            b"HTTP/1.1 204 No Content",
            b"HTTP/1.1 304 Not Modified",
            b"HTTP/1.0 200 OK",
        ]
    ),
    "field": st.sampled_from(
        [
            b"server: uvicorn",
            b"X-Some:thing",
            b"x-empty:",
            b"x-spaced:\t a b\tc \t",
            b"x-folded: a\r\n b\n\t c",
            b"x-latin: \xe9\xa0\x85",
            b"connection: close",
            b"Connection: Keep-Alive, Close",
            b"connection: x, ,close\t,y",
            b"connection: keep-alive",
            b"connection: closed",
        ]
    ),
    "length": st.just(b"content-length: 3"),
    "coding": st.just(b"transfer-encoding: chunked"),
    "size": st.sampled_from([b"3", b"03", b"3 ", b"3\t ", b"3;a=b", b'3;a="b;c" ; d ', b"3;\x00"]),
    "last": st.sampled_from([b"0", b"0", b"000", b"0;a=b"]),
    "body": st.just(b"abc"),
    "end": st.just(b"\r\n"),
}

ODD: dict[str, st.SearchStrategy[bytes]] = {
    "early": st.sampled_from([b"HTTP/1.1 101 Switching", b"HTTP/1.1 199", b"HTTP/1.1 099 Low"]),
    "status": st.builds(b"HTTP/1.%d %d".__mod__, st.tuples(st.integers(0, 9), st.integers(0, 1099)))
    | st.sampled_from(
        [
            b"HTTP/1.1 200 ",
            b"HTTP/1.1 200 \xe9\t x ",
            b"HTTP/1.1  200 OK",
            b"HTTP/1.1 200\tOK",
            b"HTTP/1.1 200 O\x00K",
            b"HTTP/1.1 200 O\x0bK",
            b"HTTP/1.1 200 O\rK",
            b"HTTP/1.1\t200 OK",
            b"HTTP/1 200 OK",
            b"HTTP/1.10 200 OK",
            b"http/1.1 200 OK",
            b" HTTP/1.1 200 OK",
            b"ICY 200 OK",
            b"\x16\x03\x01",
            b"\r\nHTTP/1.1 200 OK",
            b"HTTP/1.1 200 OK\r\n folded",
            b"",
        ]
    ),
    "field": st.builds(b"%s:%s".__mod__, st.tuples(st.binary(max_size=4), st.binary(max_size=8)))
    | st.sampled_from(
        [
            b"no colon",
            b": no name",
            b"a b: c",
            b"a : b",
            b" starts with space: a",
            b"a: \x00",
            b"a: b\rc",
            b"a: b\r",
            b"a: b\x0bc",
            b"a: \x01\x7f",
            b"a: b\r\n \r\n ",
            b"\xe9: a",
            b"connection: close\xa0",
            b"content-length: 3",
            b"content-length: 4",
            b"transfer-encoding: chunked",
            b"",
        ]
    ),
    "length": st.sampled_from(
        [
            b"Content-Length:3",
            b"content-length: 03",
            b"content-length: 3 ,\t3",
            b"content-length: 3\r\ncontent-length: 3",
            b"content-length: 3\r\ncontent-length: 03",
            b"content-length: 3, 4",
            b"content-length: 3\r\ncontent-length: 4",
            b"content-length: 3,",
            b"content-length: 0",
            b"content-length: 2",
            b"content-length: 12",
            b"content-length: -3",
            b"content-length: +3",
            b"content-length: 3.0",
            b"content-length: 0x3",
            b"content-length: \xb3",
            b"content-length: 3\xa0",
            b"content-length: 3_0",
            b"content-length:",
            b"content-length: " + b"0" * 19 + b"3",
            b"content-length: " + b"0" * 20 + b"3",
        ]
    ),
    "coding": st.sampled_from(
        [
            b"Transfer-Encoding:\tCHUNKED",
            b"transfer-encoding: chunked\r\ncontent-length: 99",
            b"content-length: x\r\ntransfer-encoding: chunked",
            b"transfer-encoding: chunked, chunked",
            b"transfer-encoding: chunked\r\ntransfer-encoding: chunked",
            b"transfer-encoding: gzip, chunked",
            b"transfer-encoding: chunked\xa0",
            b"transfer-encoding: xchunked",
            b"transfer-encoding: identity",
            b"transfer-encoding:",
        ]
    ),
    "size": st.sampled_from(
        [b"", b";a", b" 3", b"+3", b"-3", b"0x3", b"3_0", b"3g", b"g", b"3 3", b"3 ;a", b"3\n"]
    )
    | st.sampled_from([b"2", b"4", b"F", b"f" * 20, b"0" * 19 + b"3", b"0" * 20 + b"3", b"3\x0b"]),
    "last": st.sampled_from([b"", b"0x0", b"0 0", b"-0", b"0;a=b ", b"0" * 20, b"0" * 21]),
    "body": st.binary(max_size=5),
    "end": st.sampled_from([b"\n", b"\r", b"\r\r\n", b"\n\r", b"", b" \r\n"]),
}

CHUNK = ["size", "end", "body", "end"]


@st.composite
def kinds(draw: st.DrawFn) -> list[str]:
    """Draw the kinds of the parts of a complete, legal answer."""
    fields = ["field", "end"] * draw(st.integers(0, 2))
    early = [*["early", "end", *fields, "end"] * draw(st.sampled_from([0, 0, 0, 1, 2]))]
    start = [*early, "status", "end", *fields]
    match draw(st.sampled_from(["chunked", "chunked", "length", "until close", "no body"])):
        case "chunked":
            chunks = CHUNK * draw(st.integers(0, 3))
            trailers = ["field", "end"] * draw(st.sampled_from([0, 0, 1, 2]))
            return [*start, "coding", "end", "end", *chunks, "last", "end", *trailers, "end"]
        case "length":
            return [*start, "length", "end", *fields, "end", "body"]
        case "until close":
            return [*start, "end", "body", "body"]
        case _:
            return [*start, "end"]


@st.composite
def wires(draw: st.DrawFn) -> bytes:
    """Draw all bytes of a connection: with some unusual parts, truncated, or with surplus bytes."""
    parts = [(kind, draw(LEGAL[kind])) for kind in draw(kinds())]
    for place in draw(st.sampled_from([0, 0, 0, 1, 1, 2]).flatmap(_places(len(parts)))):
        kind, _ = parts[place]
        parts[place] = kind, draw(ODD[kind])
    wire = b"".join(part for _, part in parts)
    match draw(st.sampled_from(["whole"] * 6 + ["more", "cut", "changed"])):
        case "more":
            return wire + draw(st.sampled_from([b"\r\n", b"x", OK + b"\r\n"]))
        case "cut":
            return wire[: draw(st.integers(0, len(wire)))]
        case "changed":
            place = draw(st.integers(0, len(wire)))
            return wire[:place] + draw(st.binary(min_size=1, max_size=1)) + wire[place + 1 :]
    return wire


def _places(length: int) -> Callable[[int], st.SearchStrategy[list[int]]]:
    return lambda n: st.lists(st.integers(0, length - 1), min_size=n, max_size=n)


@settings(unhurried, max_examples=1000)
@given(st.sampled_from(["GET", "POST", "HEAD"]), wires(), st.lists(st.integers(0, 400), max_size=4))
@example("GET", CHUNKED + b"1\r\na\r\n0\r\na: b\r\n c\r\n\r\n", [])
@example("GET", OK + b"a: b\r\r\n\r\n", [])
@example("GET", CHUNKED + b"0\r\na: b\r\r\n\r\n", [])
@example("GET", b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + OK + b"content-length: 1\r\n\r\na", [])
@example("GET", OK + b"\r\nuntil the end", [])
@example("GET", b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", [])
@example("GET", b"HTTP/1.7 200 OK\r\ncontent-length: 0\r\n\r\n", [])
@example("GET", b"HTTP/1.1 204 OK\r\ncontent-length: x\r\n\r\n", [])
@example("HEAD", OK + b"content-length: 3\r\n\r\n", [])
def test_results_equal_h11_for_any_chunking(method: str, wire: bytes, places: list[int]) -> None:
    assume(not is_exempt(wire))

    expected = read_by_h11(method, wire)

    assert read_by_us(method, [wire]) == expected
    assert read_by_us(method, by_bytes(wire)) == expected
    assert read_by_us(method, at(wire, places)) == expected


@settings(unhurried, max_examples=300)
@given(st.binary(max_size=64), st.sampled_from([b"", OK, CHUNKED, CHUNKED + b"3\r\n"]))
def test_any_bytes_give_an_answer_or_a_vllm_error(garbage: bytes, start: bytes) -> None:
    assume(not is_exempt(start + garbage))

    expected = read_by_h11("GET", start + garbage)

    assert read_by_us("GET", [start + garbage]) == expected
    assert read_by_us("GET", by_bytes(start + garbage)) == expected


@pytest.mark.parametrize("killed", all_killed(), ids=str)
def test_results_equal_h11_for_recordings_of_killed_servers(killed: KilledServer) -> None:
    expected = read_by_h11("POST", killed.wire)

    assert read_by_us("POST", [killed.wire]) == expected
    assert read_by_us("POST", by_bytes(killed.wire)) == expected


# The parsed answer.


def test_a_head_is_parsed() -> None:
    head = parse_head(b"HTTP/1.0 404 Not\tFound\r\nServer: uvicorn\r\nx: a\r\n\t b \r\nX:c")

    assert head == ResponseHead(
        404, Headers([("Server", "uvicorn"), ("x", "a b"), ("X", "c")]), "1.0", "Not\tFound"
    )
    assert head.headers["x"] == "a b, c"


@pytest.mark.parametrize("value", [b"chunked, Chunked", b"chunked\r\ntransfer-encoding:chunked"])
def test_chunked_twice_counts_once(value: bytes) -> None:
    wire = OK + b"transfer-encoding: " + value + b"\r\n\r\n1\r\na\r\n0\r\n\r\n"

    assert read_by_us("GET", by_bytes(wire)) == Answer(200, (), b"a", tidy=True)


def test_connection_is_not_reused_after_length_and_chunks() -> None:
    wire = CHUNKED.replace(b"\r\n\r\n", b"\r\ncontent-length: 1\r\n\r\n") + b"1\r\na\r\n0\r\n\r\n"

    assert read_by_us("GET", [wire]) == Answer(200, (), b"a", tidy=False)


def test_interim_responses_are_skipped_up_to_a_limit() -> None:
    end = OK + b"content-length: 1\r\n\r\na"

    answer = read_by_us("GET", [b"HTTP/1.1 102\r\n\r\n" * MAX_INTERIM_RESPONSES + end])
    assert answer == Answer(200, (), b"a", tidy=True)
    with pytest.raises(HttpError, match="more than 100 interim responses"):
        ResponseReader("GET").feed(b"HTTP/1.1 102\r\n\r\n" * (MAX_INTERIM_RESPONSES + 1))


@pytest.mark.parametrize("start", [b"", b"\x15"])
def test_tls_alert_is_recognized_for_any_chunking(start: bytes) -> None:
    reader = ResponseReader("GET")
    reader.feed(start)

    with pytest.raises(IoError, match="speaks TLS: use https://") as caught:
        reader.feed(b"\x15\x03\x01\x00\x02\x02P".removeprefix(start))

    assert (caught.value.failure, caught.value.may_have_arrived) == ("tls", False)


def test_repr_of_a_request_does_not_show_its_headers() -> None:
    request = request_bytes("POST", "/v1", [("authorization", "Bearer sk-1")], b"body")

    assert b"Bearer sk-1" in request
    assert "sk-1" not in f"{request!r} {request} {[request]}"


def test_each_byte_of_a_body_is_returned_once_and_counted_as_buffered_until_then() -> None:
    reader = ResponseReader("GET")

    reader.feed(CHUNKED + b"3\r\nabc\r\n2\r\nd")
    assert (reader.buffered, reader.take(), reader.buffered) == (4, b"abcd", 0)
    reader.feed(b"e\r\n0\r\n\r\n")
    assert (reader.take(), reader.take(), reader.complete, reader.tidy) == (b"e", b"", True, True)


def test_a_whole_body_is_taken_after_its_last_byte() -> None:
    reader = ResponseReader("GET")
    reader.feed(OK + b"content-length: 4\r\n\r\nabc")
    assert reader.take_whole_body() is None
    reader.feed(b"d")
    assert reader.take_whole_body() == b"abcd"


def test_a_body_with_a_content_encoding_is_not_taken_as_a_whole() -> None:
    packed = gzip.compress(b"abc")
    reader = ResponseReader("GET")
    reader.feed(OK + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed)

    assert reader.take_whole_body() is None
    assert reader.take() == b"abc"


def test_a_byte_of_an_interim_response_begins_the_answer() -> None:
    reader = ResponseReader("GET")
    assert not reader.begun

    reader.feed(b"HTTP/1.1 103 Early Hints\r\n\r\n")

    assert reader.begun
    assert reader.head is None


def test_a_content_encoding_is_decoded() -> None:
    packed = gzip.compress(b"abc")
    head = OK + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)

    for pieces in ([head + packed], by_bytes(head + packed)):
        answer = read_by_us("GET", pieces)
        assert answer is not None
        assert (answer.body, answer.tidy) == (b"abc", True)


def test_a_content_encoding_is_not_decoded_if_decode_is_false() -> None:
    packed = gzip.compress(b"abc")
    reader = ResponseReader("GET", decode=False)

    reader.feed(OK + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed))
    reader.feed(packed)

    assert (reader.take(), reader.complete) == (packed, True)


def test_a_body_with_truncated_content_encoding_is_an_error() -> None:
    packed = gzip.compress(b"abc")[:-4]
    reader = ResponseReader("GET")
    reader.feed(OK + b"content-encoding: gzip\r\n\r\n" + packed)
    reader.feed_end()

    assert reader.take() == b"abc"
    with pytest.raises(HttpError, match="in the middle of its gzip encoding"):
        reader.take()


def test_the_content_encoding_of_a_missing_body_is_ignored() -> None:
    answer = read_by_us("HEAD", [OK + b"content-encoding: br\r\n\r\n"])

    assert answer == Answer(200, (("content-encoding", "br"),), b"", True)


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (b"", "before the head"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "before the head"),
        (OK + b"content-length: 2\r\n\r\na", "length declared in its head"),
        (CHUNKED, "between two chunks"),
        (CHUNKED + b"2", "between two chunks"),
        (CHUNKED + b"2\r\na", "middle of a chunk"),
        (CHUNKED + b"1\r\na", "end of a chunk"),
        (CHUNKED + b"0\r\n", "trailers"),
    ],
)
def test_an_early_end_is_an_error_that_says_where(wire: bytes, words: str) -> None:
    reader = ResponseReader("GET")
    reader.feed(wire)

    with pytest.raises(IoError, match=words):
        reader.feed_end()


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (b"\x16\x03\x01", "the answer is not HTTP"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "status line"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "101"),
        (OK + b"no colon\r\n\r\n", "bad header field: b'no colon'"),
        (OK + b"content-length: 1, 2\r\n\r\n", "bad content-length '1, 2'"),
        (OK + b"content-length: x\r\n\r\n", "bad content-length 'x'"),
        (OK + b"transfer-encoding: gzip\r\n\r\n", "unknown transfer-encoding 'gzip'"),
        (OK + b"content-encoding: br\r\n\r\n", "unknown content-encoding 'br'"),
        (CHUNKED + b"x", "bad chunk size b'x'"),
        (CHUNKED + b"1\n", "bad chunk size"),
        (CHUNKED + b"x\r\n", "bad chunk size b'x'"),
        (CHUNKED + b"1\r\nab", "longer than its size"),
        (CHUNKED + b"0\r\nno colon\r\n\r\n", "bad header field"),
    ],
)
def test_invalid_http_is_reported_at_once(wire: bytes, words: str) -> None:
    with pytest.raises(HttpError, match=words):
        ResponseReader("GET").feed(wire)


# Limits and steps.


@pytest.mark.parametrize(
    "wire",
    [
        b"HTTP/1.1 200 " + b"x" * TEN_MB,
        OK + b"long: " + b"x" * TEN_MB,
        OK + b"long: " + b"x" * TEN_MB + b"\r\n\r\n",
        OK + b"a: b\r\n" * (TEN_MB // 6),
        CHUNKED + b"1;" + b"x" * TEN_MB,
        CHUNKED + b"1;" + b"x" * TEN_MB + b"\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"0" * TEN_MB,
        CHUNKED + b"0\r\nlong: " + b"x" * TEN_MB,
        CHUNKED + b"0\r\n" + b"a: b\r\n" * (TEN_MB // 6),
        CHUNKED + b"0\r\n" + b"a: b\r\n" * (TEN_MB // 6) + b"\r\n",
    ],
    ids=lambda wire: repr(wire[-20:]),
)
def test_a_line_or_head_of_ten_megabytes_is_an_error(wire: bytes) -> None:
    for size in (len(wire), READ):
        with pytest.raises(HttpError, match="longer than"):
            feed(ResponseReader("GET"), wire, size)


def test_a_head_of_the_max_size_is_read() -> None:
    fixed = OK + b"content-length: 0\r\nlong: \r\n\r\n"
    value = b"x" * (MAX_HEAD_BYTES - len(fixed) + 4)
    wire = fixed[:-4] + value + fixed[-4:]

    for pieces in ([wire], at(wire, range(0, len(wire), 1000))):
        answer = read_by_us("GET", pieces)
        assert answer is not None
        assert answer.tidy


def feed(reader: ResponseReader, wire: bytes, size: int) -> None:
    for start in range(0, len(wire), size):
        reader.feed(wire[start : start + size])
        reader.take()


class Counted(bytes):
    """Bytes that count how many bytes are copied by slicing."""

    copied = 0

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        Counted.copied += len(part)
        return part


def steps(wire: bytes, size: int) -> int:
    """Count the calls and the copied bytes while parsing in pieces of the given size."""
    reader, calls = ResponseReader("GET"), 0
    pieces = [Counted(wire[start : start + size]) for start in range(0, len(wire), size)]
    Counted.copied = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        for piece in pieces:
            reader.feed(piece)
            reader.take()
    finally:
        sys.setprofile(before)
    return calls + Counted.copied


@pytest.mark.parametrize("size", [1, 7, READ, 1 << 30])
@pytest.mark.parametrize(
    ("start", "unit"),
    [
        (CHUNKED, b"3\r\nabc\r\n"),
        (CHUNKED, b"3;x=y\r\nabc\r\n"),
        (CHUNKED + b"ffffffff\r\n", b"abcdefgh"),
        (CHUNKED + b"0\r\n", b"a: b\r\n"),
        (CHUNKED + b"0\r\n\r\n", b"surplus"),
        (OK + b"content-length: 99999999\r\n\r\n", b"abcdefgh"),
        (OK + b"\r\n", b"abcdefgh"),
        (OK, b"a: b\r\n"),
    ],
    ids=lambda part: repr(part[-20:]),
)
def test_steps_are_linear_in_the_number_of_bytes(start: bytes, unit: bytes, size: int) -> None:
    none = steps(start, size)
    once = steps(start + unit * 1000, size) - none
    twice = steps(start + unit * 2000, size) - none

    assert 0 < twice <= 2.1 * once + 50


# Requests.

TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~09azAZ"
names = st.text(TOKEN_CHARACTERS, min_size=1, max_size=8).map("x-".__add__)
values = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"])
    | st.just("\t"),
    max_size=12,
).map(lambda text: text.strip(" \t"))
targets = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)


@settings(unhurried, max_examples=200)
@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    targets,
    st.lists(st.tuples(names, values)),
    st.binary(max_size=64),
)
def test_h11_parses_our_requests(
    method: str, target: str, fields: list[tuple[str, str]], body: bytes
) -> None:
    server = h11.Connection(h11.SERVER)
    server.receive_data(request_bytes(method, target, [("host", "h"), *fields], body))

    request = server.next_event()
    events = [server.next_event() for _ in range(2 if body else 1)]

    assert isinstance(request, h11.Request)
    assert (request.method.decode(), request.target.decode()) == (method, target)
    lengths = [(b"content-length", b"%d" % len(body))] if body or method == "POST" else []
    expected = [(name.lower().encode(), value.encode("latin-1")) for name, value in fields]
    assert list(request.headers) == [(b"host", b"h"), *expected, *lengths]
    assert b"".join(event.data for event in events if isinstance(event, h11.Data)) == body
    assert isinstance(events[-1], h11.EndOfMessage)
    assert server.trailing_data == (b"", False)


CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@settings(unhurried, max_examples=500)
@given(
    names | st.text(st.characters(max_codepoint=0xFF), max_size=4),
    values | st.text(st.characters(max_codepoint=0xFF), max_size=8),
)
@example("x-key", "secret\n")
@example("x-key", " secret")
@example("x-key", "")
@example("x-key", "a\x85b")
@example("x-key", "a\xa0")
def test_a_header_is_legal_if_h11_accepts_it_and_it_has_no_control_characters(
    name: str, value: str
) -> None:
    assume(name.lower() not in (*LENGTH_FIELDS, "host"))
    fields = [(b"host", b"h"), (name.encode("latin-1"), value.encode("latin-1"))]
    try:
        h11.Request(method="GET", target="/", headers=fields)
    except h11.LocalProtocolError:
        legal = False
    else:
        legal = True

    # h11 accepts control characters, which a server might write to its log
    assert header_is_legal(name, value) == (legal and not CONTROLS.search(value))


@given(st.text(st.characters(min_codepoint=0x100), min_size=1))
def test_characters_outside_latin_1_are_not_legal_in_a_header(text: str) -> None:
    assert not header_is_legal("x", text)
    assert not header_is_legal(text, "x")
