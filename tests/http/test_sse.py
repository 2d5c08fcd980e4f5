"""Parsing server-sent events incrementally."""

import sys
from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings, strategies as st

from tests.recordings import Recording, all_recordings
from vllm_client.errors import StreamError
from vllm_client.http import sse
from vllm_client.http.sse import ErrorData, SseDecoder, begins_event_stream


def decoded(pieces: Iterable[bytes]) -> list[str]:
    decoder = SseDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


def by_bytes(wire: bytes) -> list[bytes]:
    return [wire[place : place + 1] for place in range(len(wire))]


def at(wire: bytes, places: Iterable[int]) -> list[bytes]:
    ends = sorted({place % (len(wire) + 1) for place in places} | {len(wire)})
    return [wire[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def as_the_standard_says(text: str) -> list[str]:
    """Parse as WHATWG HTML 9.2.6 specifies, literally and without regard to speed."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
    events, buffer = [], ""
    for line in lines:
        field, _, value = line.partition(":")
        if line == "":
            if buffer:
                events.append(buffer.removesuffix("\n"))
            buffer = ""
        elif field == "data":
            buffer += value.removeprefix(" ") + "\n"
    return events


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("data: a\n\ndata: b\n\n", ["a", "b"]),
        ("data:a\n\n", ["a"]),
        ("data:  a \n\n", [" a "]),
        ("data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        ("data: a\r\rdata: b\r\r", ["a", "b"]),
        ("data: a\r\n\rdata: b\n\r\n", ["a", "b"]),
        ("\ufeffdata: a\n\n", ["a"]),
        ("\ufeff\ufeffdata: a\n\n", []),
        ("data: a\n\n\ufeffdata: b\n\n", ["a"]),
        ("data: a\ndata: b\ndata:c\n\n", ["a\nb\nc"]),
        ("data\n\n", [""]),
        ("data:\n\n", [""]),
        ("data\ndata\n\n", ["\n"]),
        (": keep-alive\n\n", []),
        (": keep-alive\ndata: a\n: more\n\n", ["a"]),
        ("event: delta\ndata: a\nid: 7\nretry: 10\nunknown\n\n", ["a"]),
        ("event: ping\n\n", []),
        ("database: a\n\ndata : b\n\n data: c\n\nDATA: d\n\n", []),
        ("\n\n\n\ndata: a\n\n\n\n\ndata: b\n\n", ["a", "b"]),
        ("data: \u2028\u2029\x85\x0b\x0c\x1c\n\n", ["\u2028\u2029\x85\x0b\x0c\x1c"]),
        ("data: [DONE]\n\n", ["[DONE]"]),
        ("data: cut off\n", []),
        ("data: a\n\ndata: cut off", ["a"]),
        ("", []),
    ],
)
def test_events_are_decoded_for_any_chunking(text: str, events: list[str]) -> None:
    wire = text.encode()

    assert as_the_standard_says(text) == events
    assert decoded([wire]) == events
    assert decoded(by_bytes(wire)) == events
    for cut in range(len(wire)):
        assert decoded([wire[:cut], wire[cut:]]) == events


line_ends = st.sampled_from(["\n", "\n", "\r\n", "\r"])
lines = st.sampled_from(
    [
        "data: a",
        "data:b",
        "data",
        "data:",
        "data:  é",
        ": comment",
        ":",
        "event: x",
        "",
        "",
        "\ufeff",
    ]
) | st.text("dat: \n\r\ufeffé東🎉", max_size=8)


@settings(deadline=None, max_examples=500)
@given(
    st.sampled_from(["", "\ufeff"]),
    st.lists(st.tuples(lines, line_ends)),
    st.lists(st.integers(0, 300), max_size=5),
)
@example("", [("data: a", "\r"), ("", "\n"), ("", "\n")], [8])
def test_any_chunking_gives_the_events_of_the_standard(
    mark: str, parts: list[tuple[str, str]], places: list[int]
) -> None:
    text = mark + "".join(line + end for line, end in parts)
    wire = text.encode()

    events = as_the_standard_says(text)

    assert decoded([wire]) == events
    assert decoded(by_bytes(wire)) == events
    assert decoded(at(wire, places)) == events
    assert decoded([piece for byte in by_bytes(wire) for piece in (byte, b"")]) == events


@pytest.mark.parametrize("recording", all_recordings("*/*.stream"), ids=str)
def test_a_recorded_stream_gives_the_events_of_the_standard(recording: Recording) -> None:
    events = as_the_standard_says(recording.body.decode())

    assert decoded([recording.body]) == events
    assert decoded(recording.chunks) == events
    assert decoded(by_bytes(recording.body)) == events


def test_an_event_is_returned_with_the_byte_that_completes_it() -> None:
    decoder = SseDecoder()

    assert decoder.feed(b"data: a\r\n") == []
    assert decoder.feed(b"\r") == ["a"]
    assert decoder.feed(b"\ndata: b\n\ndata: c") == ["b"]
    assert decoder.feed(b"\n\n") == ["c"]


@pytest.mark.parametrize("wire", [b"data: \xff\n\n", b"data: \xc3\n\n", b"data: \xed\xa0\x80\n\n"])
def test_invalid_utf_8_is_a_stream_error(wire: bytes) -> None:
    for pieces in ([wire], by_bytes(wire)):
        with pytest.raises(StreamError, match="not UTF-8"):
            decoded(pieces)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=64))
def test_any_bytes_give_events_or_a_stream_error(wire: bytes) -> None:
    for pieces in ([wire], by_bytes(wire)):
        try:
            events = decoded(pieces)
        except StreamError:
            with pytest.raises(UnicodeDecodeError):
                wire.decode()
        else:
            assert events == as_the_standard_says(wire.decode("utf-8", "ignore"))


def test_an_event_longer_than_the_limit_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_LENGTH", 100)
    short = b"data: a\n\n" * 100 + b"data: " + b"x" * 93

    for pieces in ([short, b"\n\n"], by_bytes(short + b"\n\n")):
        assert decoded(pieces) == ["a"] * 100 + ["x" * 93]
    longer = short + b"xx"
    for pieces in ([longer], by_bytes(longer), [b"data: ", b"x" * 95]):
        with pytest.raises(StreamError, match="longer than 100 characters"):
            decoded(pieces)


class Counting(SseDecoder):
    """Counts the characters that are joined and split."""

    split = 0

    def _events(self, text: str) -> list[str]:
        self.split += self._held_length + len(text)
        return super()._events(text)


def steps(wire: bytes, size: int) -> int:
    """Count the calls and the split characters while decoding in pieces of the given size."""
    decoder, calls = Counting(), 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        for start in range(0, len(wire), size):
            decoder.feed(wire[start : start + size])
    finally:
        sys.setprofile(before)
    return calls + decoder.split


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
@pytest.mark.parametrize(
    ("start", "unit"),
    [
        (b"", b"data: abc\n\n"),
        (b"", b"data: abc\r\n\r\n"),
        (b"", b"event: x\ndata: abc\ndata: \xc3\xa9\n\n"),
        (b"", b": keep-alive\n\n"),
        (b"", b"\n"),
        (b"", b"\r"),
        (b"data: ", b"one long line, "),
        (b"", b"data: many\n"),
    ],
)
def test_steps_are_linear_in_the_number_of_bytes(start: bytes, unit: bytes, size: int) -> None:
    once = steps(start + unit * 1000, size)
    twice = steps(start + unit * 2000, size)

    assert 0 < twice <= 2.1 * once + 50


# Errors, however servers report them.


def all_of(*pieces: bytes) -> list[str]:
    decoder = SseDecoder()
    return [text for piece in (*pieces, b"") for text in decoder.feed(piece)]


@pytest.mark.parametrize(
    "body",
    [
        b'error: {"code":400}\n\n',
        b'error:{"code":400}\n\n',
        b'event: error\ndata: {"code":400}\n\n',
        b'data: {"code":400}\nevent: error\n\n',
        b'id: 1\r\nevent: error\r\ndata: {"code":400}\r\n\r\n',
        b'error: {"code":400}\n',
        b'error: {"code":400}',
        b'event: error\ndata: {"code":400}',
    ],
)
def test_a_named_error_event_is_an_error_even_if_it_is_truncated(body: bytes) -> None:
    (data,) = all_of(body)

    assert data == '{"code":400}'
    assert isinstance(data, ErrorData)


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n", b"\n\n<body>\n\n</body>\n\n"])
def test_a_page_among_events_is_an_error(end: bytes) -> None:
    decoder = SseDecoder()
    texts = decoder.feed(b"data: 1\n\n<html><title>Bad</title>" + end) + decoder.feed(b"")

    assert texts[0] == "1"
    assert texts[1].startswith("<html><title>Bad</title>")
    assert type(texts[1]) is ErrorData


def test_an_error_event_without_data_is_an_error() -> None:
    (data,) = all_of(b"event: error\n\n")

    assert (data, type(data)) == ("", ErrorData)


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b'data: 1\n\n{"error": 2}\n\n', ["1", '{"error": 2}']),
        (b'data: 1\n{"error": 2}\n\n', ["1", '{"error": 2}']),
        (b'data: 1\n\n{"error": 2}\n', ["1", '{"error": 2}']),
        (b'data: 1\n\n{"error":\n 2}\n\n', ["1", '{"error":\n 2}']),
        (b'data: 1\n\ndata: {"error": 2}\n', ["1", '{"error": 2}']),
        (b'data: 1\n\ndata: {"text": 2}\n', ["1"]),
        (b'data: 1\n\n{"error": \n', ["1"]),
        (b"data: 1\n\n{no json}\n\n", ["1"]),
    ],
)
def test_a_line_of_json_without_a_field_is_data(body: bytes, texts: list[str]) -> None:
    assert all_of(body) == texts


@pytest.mark.parametrize("bad", [b"\xff", b"data: 3\n\ndata: \xe6\x97x\n\n"])
def test_events_before_a_bad_byte_are_not_lost(bad: bytes) -> None:
    decoder = SseDecoder()
    decoder.feed(b"data: 1\n\ndata: \xe6")
    with pytest.raises(StreamError) as caught:
        decoder.feed(b"\x97\xa5\n\n" + bad)

    assert caught.value.partial == ["日", "3"][: 1 + bad.startswith(b"data")]


@pytest.mark.parametrize(
    ("start", "is_stream"),
    [
        (b"data:", True),
        (b"event\n", True),
        (b":", True),
        (b"error: {", True),
        (b"dat", None),
        (b"retry", None),
        (b"", None),
        (b"database", False),
        (b"{", False),
        (b"<html>", False),
    ],
)
def test_the_beginning_of_an_event_stream_is_recognized(
    start: bytes, is_stream: bool | None
) -> None:
    assert begins_event_stream(start) is is_stream
