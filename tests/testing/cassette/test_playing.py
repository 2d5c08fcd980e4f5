"""Recorded answers as steps on a socket."""

import pytest

from vllm_client.testing.cassette.exchange import End, RecordedResponse, RecordedTimes
from vllm_client.testing.cassette.playing import ABANDONED_SECONDS, played
from vllm_client.testing.faults import faulty
from vllm_client.testing.socket_steps import Abort, Close, Delay, HeadStep, Send, Step

CHUNKED = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}


def steps_of(response: RecordedResponse) -> list[Step]:
    """Return the steps on the wire; the head's bytes are removed."""
    answer, faults = played(response)
    steps = faulty(answer, faults, close=False)
    return [HeadStep(b"") if isinstance(step, HeadStep) else step for step in steps]


def test_chunk_boundaries_are_kept() -> None:
    assert steps_of(RecordedResponse(200, CHUNKED, (b"ab", b"cde"), "complete")) == [
        HeadStep(b""),
        Send(b"2\r\nab\r\n"),
        Send(b"3\r\ncde\r\n"),
        Send(b"0\r\n\r\n"),
    ]


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("closed", [Close()]),
        ("reset", [Abort()]),
        ("abandoned", [Delay(ABANDONED_SECONDS), Close()]),
    ],
)
@pytest.mark.parametrize("status", [200, None])
def test_broken_answer_is_broken_again(status: int | None, end: End, last: list[Step]) -> None:
    steps = steps_of(RecordedResponse(status, {"content-length": "9"}, (b"abc",), end))
    assert steps == [*([HeadStep(b"")] if status else []), Send(b"abc"), *last]


def test_times_are_kept() -> None:
    times = RecordedTimes(1.0, (1.0, 2.5), 3.0)
    assert steps_of(RecordedResponse(200, CHUNKED, (b"a", b"b"), "closed", times)) == [
        Delay(1.0),
        HeadStep(b""),
        Send(b"1\r\na\r\n"),
        Delay(1.5),
        Send(b"1\r\nb\r\n"),
        Delay(0.5),
        Close(),
    ]


def test_silence_before_a_cut_is_replayed() -> None:
    times = RecordedTimes(2.0, (), 2.0)
    assert steps_of(RecordedResponse(None, {}, (), "reset", times)) == [Delay(2.0), Abort()]


@pytest.mark.parametrize(("status", "last"), [(200, [Close()]), (204, []), (304, [])])
def test_a_body_without_length_ends_with_the_connection(status: int, last: list[Step]) -> None:
    assert steps_of(RecordedResponse(status, {}, (), "complete")) == [HeadStep(b""), *last]


def test_broken_chunked_encoding_is_sent_unchanged() -> None:
    response = RecordedResponse(200, CHUNKED, (b"zz\r\n",), "closed", raw=True)
    answer, faults = played(response)
    head, *rest = faulty(answer, faults, close=False)
    assert isinstance(head, HeadStep)
    assert head.data.count(b"transfer-encoding: chunked\r\n") == 1
    assert rest == [Send(b"zz\r\n"), Close()]
