"""Detecting by its first bytes what a body contains."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, strategies as st

from tests.helpers.decoding import unhurried
from vllm_client.errors import ParseError, StreamError
from vllm_client.streams.body import MAX_CHECKS, MAX_OTHER_LENGTH, StreamBody, WholeAnswer

SSE = "text/event-stream"
JSON = "application/json"


def read(*pieces: bytes, kind: str = JSON) -> list[str]:
    body = StreamBody(kind)
    return [text for piece in (*pieces, b"") for text in body.feed(piece)]


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\r\n \t",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\n",
        b": keep-alive\n\n",
        b":\n\n",
        b"id: 1\n",
        b"retry: 5\n",
        b"event: message\n",
        b"event\n",
    ],
)
@pytest.mark.parametrize("kind", [SSE, JSON, "text/plain", ""])
def test_a_body_that_begins_like_events_is_a_stream_whatever_its_content_type(
    start: bytes, kind: str
) -> None:
    body = start + b"data: {}\n\ndata: [DONE]\n\n"

    assert read(body, kind=kind) == ["{}", "[DONE]"]
    assert read(*(bytes([byte]) for byte in body), kind=kind) == ["{}", "[DONE]"]


@pytest.mark.parametrize("start", [b"", b"\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("kind", [SSE, JSON])
def test_a_body_of_json_is_a_whole_answer(start: bytes, kind: str) -> None:
    text = json.dumps({"choices": ["日本"]}, indent=1, ensure_ascii=False)
    pieces = [bytes([byte]) for byte in start + text.encode()]

    (answer,) = read(*pieces, kind=kind)

    assert answer == text
    assert isinstance(answer, WholeAnswer)


@pytest.mark.parametrize("cut", [1, 5, 1000])
def test_a_complete_error_is_returned_before_the_end_of_its_body(cut: int) -> None:
    error = json.dumps({"error": {"code": 400, "message": "a } b"}}).encode()
    body = StreamBody(JSON)
    pieces = [error[start : start + cut] for start in range(0, len(error), cut)]
    texts = [body.feed(piece) for piece in pieces]

    assert texts == [[]] * (len(pieces) - 1) + [[error.decode()]]
    assert type(texts[-1][0]) is WholeAnswer
    assert body.feed(b"\n") == []
    assert body.feed(b"") == []


@pytest.mark.parametrize("body", [b'{"choices": []}', b'{"a": 1}'])
def test_json_that_is_not_an_error_is_returned_at_its_end(body: bytes) -> None:
    decoder = StreamBody(JSON)

    assert decoder.feed(body) == []
    assert decoder.feed(b"") == [body.decode()]


def test_the_checks_of_a_body_for_an_error_are_limited() -> None:
    body = StreamBody(JSON)
    body.feed(b'{"error": [')
    for _ in range(MAX_CHECKS):
        body.feed(b"{},"[:2])
        body.feed(b",")

    assert body.feed(b"{}]}") == []
    assert len(body.feed(b"")) == 1


def test_lines_of_json_are_events() -> None:
    assert read(b'{"error": {"code": 400}}\n\ndata: [DONE]\n\n') == [
        '{"error": {"code": 400}}',
        "[DONE]",
    ]
    assert read(b'{"error": 1}\n{"b": 2}\n') == ['{"error": 1}']


@pytest.mark.parametrize("body", [b'{"a": ', b"[", b'{"a": \xff}', b"{} {}"])
def test_invalid_json_is_a_parse_error(body: bytes) -> None:
    with pytest.raises(ParseError, match=r"^expected a stream of events, got application/json: "):
        read(body)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"<html><title>Log in</title>", SSE, "got text/event-stream: Log in"),
        (b"upstream failed", "text/plain", "got text/plain: upstream failed"),
        (b"dat", "", "got no content-type: dat"),
        (b"", JSON, "got application/json: an empty body"),
        (b" \n", JSON, "got application/json: an empty body"),
    ],
)
def test_any_other_body_is_a_parse_error_that_quotes_it(body: bytes, kind: str, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body, kind=kind)

    assert caught.value.message == f"expected a stream of events, {words}"
    assert caught.value.status == 200


def test_only_the_beginning_of_an_endless_body_is_read() -> None:
    body = StreamBody("text/html")

    assert body.feed(b"<html>Log in") == []
    with pytest.raises(ParseError, match="Log in"):
        body.feed(b" " * MAX_OTHER_LENGTH)


def test_an_html_page_is_recognized_at_its_title() -> None:
    with pytest.raises(ParseError, match=r"got text/html: Log in$"):
        StreamBody("text/html").feed(b"<html><title>Log in</title>")


@pytest.mark.parametrize("body", [b"", b"\n\n", b"unknown: field\n\n"])
def test_an_empty_body_labelled_as_a_stream_is_a_stream(body: bytes) -> None:
    assert read(body, kind=SSE) == []


@given(st.binary(), st.sampled_from([SSE, JSON]), st.integers(1, 9))
@example(b"data: \xff\n\n", SSE, 1)
@unhurried
def test_any_bytes_in_any_chunking_give_texts_or_an_error(
    data: bytes, kind: str, size: int
) -> None:
    def outcome(*pieces: bytes) -> object:
        try:
            return read(*pieces, kind=kind)
        except (ParseError, StreamError) as error:
            return type(error)

    assert outcome(*(data[at : at + size] for at in range(0, len(data), size))) == outcome(
        *[data] * bool(data)
    )
