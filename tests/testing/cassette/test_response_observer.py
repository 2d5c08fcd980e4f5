"""Answers observed in pieces, wherever the pieces are cut."""

from collections.abc import Sequence

import h11
import pytest

from vllm_client.testing.cassette.exchange import RecordedResponse, RecordedTimes
from vllm_client.testing.cassette.response_observer import ResponseObserver

CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: secret=1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
    b"4\r\none\n\r\n7\r\nt\xc3\xb6wo\n\n\r\n0\r\n\r\n"
)
HEADERS = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}


def observer(method: str = "POST") -> ResponseObserver:
    parser = h11.Connection(h11.CLIENT)
    headers = [("host", "x"), ("content-length", "0")]
    parser.send(h11.Request(method=method, target="/", headers=headers))
    parser.send(h11.EndOfMessage())
    return ResponseObserver(parser)


def observed(pieces: Sequence[bytes], method: str = "POST") -> tuple[bool, RecordedResponse]:
    """Return whether the answer was complete, and its record. Piece n arrives at second n."""
    observing = observer(method)
    for now, piece in enumerate(pieces):
        observing.receive(piece, now)
    return observing.complete, observing.recorded("closed", None, 9)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_chunks_do_not_depend_on_where_the_bytes_are_cut(size: int) -> None:
    cut = [CHUNKED[start : start + size] for start in range(0, len(CHUNKED), size)]
    complete, response = observed(cut)
    assert complete
    assert response == RecordedResponse(200, HEADERS, (b"one\n", "töwo\n\n".encode()), "closed")


def test_received_part_of_a_cut_chunk_is_kept() -> None:
    complete, response = observed([CHUNKED[:-9], b""])
    assert not complete
    assert response.body == (b"one\n", b"t\xc3\xb6wo")


def test_a_body_of_known_length_is_one_piece() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n"
    assert observed([head, b"abc", b"def"]) == (
        True,
        RecordedResponse(200, {"content-length": "6"}, (b"abcdef",), "closed"),
    )


def test_body_without_length_is_kept_as_reads() -> None:
    complete, response = observed([b"HTTP/1.0 200 OK\r\n\r\nabc", b"def", b""])
    assert complete
    assert response.body == (b"abc", b"def")


def test_the_answer_to_head_has_no_body() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n"
    assert observed([head], "HEAD") == (
        True,
        RecordedResponse(200, {"content-length": "6"}, (), "closed"),
    )


def test_informational_answers_are_skipped() -> None:
    _, response = observed([b"HTTP/1.1 100 Continue\r\n\r\n", CHUNKED])
    assert response.status == 200


def test_times_count_from_the_end_of_the_request() -> None:
    observing = observer()
    head, _, body = CHUNKED.partition(b"4\r\n")
    observing.receive(head, 11.0)
    observing.receive(b"4\r\n" + body, 12.5)
    response = observing.recorded("complete", 10.0, 13.0)
    assert response.times == RecordedTimes(1.0, (2.5, 2.5), 3.0)


def test_broken_chunked_encoding_is_kept_as_received() -> None:
    head, _, _ = CHUNKED.partition(b"4\r\n")
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    broken = (b"4\r\none\n\r\n", b"this is no size\r\n", b"more")
    assert observed([interim + head, *broken]) == (
        False,
        RecordedResponse(200, HEADERS, broken, "closed", raw=True),
    )


def test_invalid_http_is_kept_without_unlisted_headers() -> None:
    _, response = observed([b"HTTP/9.9 what\r\nSet-Cookie: s\r\nretry-after: 1\r\n\r\n", b"a: b\n"])
    assert response == RecordedResponse(
        None, {}, (b"HTTP/9.9 what\r\nretry-after: 1\r\n\r\na: b\n",), "closed"
    )


def test_cut_head_is_kept_without_unlisted_headers() -> None:
    _, response = observed([b"HTTP/1.1 200 OK\r\nset-cookie: s", b""])
    assert response == RecordedResponse(None, {}, (b"HTTP/1.1 200 OK\r\n",), "closed")


def test_missing_answer_is_recorded() -> None:
    observing = observer()
    assert not observing.begun
    assert observing.recorded("reset", 10.0, 12.0) == RecordedResponse(
        None, {}, (), "reset", RecordedTimes(2.0, (), 2.0)
    )
