"""The time limits of a call."""

from datetime import timedelta
from math import inf, nan
from typing import Any

import httpx
import pytest

from vllm_client.errors import IoTimeout, RequestError
from vllm_client.http.timeouts import (
    TIMED_OUT,
    CallDeadlines,
    Deadline,
    Timeout,
)

NONE = Timeout(None, None, None, None, None)


def test_default_timeout_has_no_total() -> None:
    assert Timeout() == Timeout(connect=10, token=600, idle=120, total=None)


@pytest.mark.parametrize(
    ("value", "timeout"),
    [
        (60, Timeout(total=60.0)),
        (0.5, Timeout(total=0.5)),
        (timedelta(minutes=2), Timeout(total=120.0)),
        (inf, Timeout(total=inf)),
        (None, NONE),
        (Timeout(token=1), Timeout(token=1)),
    ],
)
def test_a_number_is_the_total(value: Any, timeout: Timeout) -> None:
    assert Timeout.of(value) == timeout


@pytest.mark.parametrize("name", ["connect", "token", "idle", "total", "queue"])
@pytest.mark.parametrize("value", [0, -1, nan, "60", True, 10**400, -(10**400)])
def test_an_invalid_limit_is_rejected_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(RequestError, match=f"Timeout.{name}: expected seconds above 0"):
        Timeout(**{name: value})


@pytest.mark.parametrize("value", [0, -1, nan, timedelta(0), "60", (1, 2), True, 10**400])
def test_an_invalid_timeout_is_rejected(value: Any) -> None:
    with pytest.raises(RequestError, match="timeout: expected seconds above 0"):
        Timeout.of(value)


@pytest.mark.parametrize("clock", sorted(TIMED_OUT))
def test_a_timeout_message_names_the_limit(clock: str) -> None:
    text = str(Deadline(107.5, clock, 7.5))

    assert "within 7.5 s" in text
    assert f"Timeout.{clock}" in text


def test_queueing_is_limited_by_queue_or_total() -> None:
    assert CallDeadlines(Timeout(total=5), 100).queueing(101) == Deadline(105, "total", 5)
    assert CallDeadlines(NONE, 100).queueing(101).until == inf
    assert CallDeadlines(Timeout(queue=2), 100).queueing(101) == Deadline(103, "queue", 2)
    assert CallDeadlines(Timeout(queue=9, total=5), 100).queueing(101) == Deadline(105, "total", 5)


def test_an_httpx_timeout_is_converted() -> None:
    theirs = httpx.Timeout(connect=1, read=2, write=3, pool=4)

    assert Timeout.of(theirs) == Timeout(connect=1, token=2, idle=2, total=None, queue=4)
    assert Timeout.of(httpx.Timeout(None)) == NONE


def test_data_after_the_total_are_rejected() -> None:
    deadlines = CallDeadlines(Timeout(total=5), 100)
    deadlines.refuse_late(104.9)
    with pytest.raises(IoTimeout, match=r"not finished within 5 s \(Timeout.total\)"):
        deadlines.refuse_late(105)


@pytest.mark.parametrize(
    ("limits", "wait"),
    [
        (Timeout(), Deadline(110, "connect", 10)),
        (Timeout(total=5), Deadline(105, "total", 5)),
        (Timeout(total=15), Deadline(110, "connect", 10)),
        (Timeout(connect=None, total=15), Deadline(115, "total", 15)),
        (NONE, Deadline(inf, "connect", 0)),
    ],
)
def test_connecting_is_limited_by_connect_or_total(limits: Timeout, wait: Deadline) -> None:
    assert CallDeadlines(limits, 100).connecting(100) == wait


def test_the_total_includes_all_attempts() -> None:
    deadlines = CallDeadlines(Timeout(connect=10, total=60), 100)

    assert deadlines.connecting(120) == Deadline(130, "connect", 10)
    assert deadlines.connecting(155) == Deadline(160, "total", 60)
    assert deadlines.sending(155) == Deadline(160, "total", 60)
    assert deadlines.body(155) == Deadline(160, "total", 60)


@pytest.mark.parametrize(
    ("total", "deadline"), [(60, Deadline(160, "total", 60)), (None, Deadline(inf, "queue", 0))]
)
def test_queueing_is_limited_only_by_the_total_if_queue_is_none(
    total: float | None, deadline: Deadline
) -> None:
    deadlines = CallDeadlines(Timeout(connect=1, token=2, total=total), 100)

    assert deadlines.queueing(100) == deadline


def test_the_wait_for_the_first_token_begins_at_sending() -> None:
    deadlines = CallDeadlines(Timeout(token=30), 100)

    assert deadlines.sending(105) == Deadline(135, "token", 30)
    assert deadlines.first_token() == Deadline(135, "token", 30)
    assert deadlines.sending(200) == Deadline(230, "token", 30)  # a second attempt
    assert deadlines.first_token() == Deadline(230, "token", 30)


@pytest.mark.parametrize(
    ("limits", "wait"),
    [
        (Timeout(token=30, idle=9), Deadline(129, "idle", 9)),
        (Timeout(token=30, idle=20), Deadline(130, "token", 30)),
        (Timeout(token=30, idle=None), Deadline(130, "token", 30)),
        (Timeout(token=None, idle=20), Deadline(140, "idle", 20)),
        (Timeout(token=30, idle=20, total=29), Deadline(129, "total", 29)),
        (NONE, Deadline(inf, "idle", 0)),
    ],
)
def test_reading_is_limited_by_the_earliest_deadline(limits: Timeout, wait: Deadline) -> None:
    deadlines = CallDeadlines(limits, 100)
    deadlines.sending(100)

    assert deadlines.reading(120) == wait


def test_keep_alives_extend_the_idle_deadline_but_not_the_token_deadline() -> None:
    deadlines = CallDeadlines(Timeout(token=30, idle=10), 100)
    deadlines.sending(100)

    assert [deadlines.reading(now).until for now in (100, 109, 118, 127)] == [110, 119, 128, 130]


def test_a_token_restarts_the_token_limit() -> None:
    deadlines = CallDeadlines(Timeout(token=30, idle=100), 100)
    deadlines.sending(100)
    deadlines.token_came(125)

    assert deadlines.reading(150) == Deadline(155, "token", 30)


def test_the_idle_limit_applies_to_each_read_of_a_plain_body() -> None:
    assert CallDeadlines(Timeout(token=1, idle=10), 100).body(150) == Deadline(160, "idle", 10)


def test_a_finished_stream_may_stay_open_for_a_fixed_grace_period() -> None:
    deadlines = CallDeadlines(Timeout(token=1, idle=1), 100)
    wait = Deadline(105 + 5, "grace", 5.0)

    assert deadlines.finishing(105) == wait
    deadlines.token_came(109)
    assert deadlines.finishing(109) == wait
    assert str(wait) == "the finished stream stayed open for 5 s"


def test_time_between_reads_extends_the_grace_period() -> None:
    deadlines = CallDeadlines(Timeout(), 100)
    deadlines.finishing(100)
    deadlines.token_came(101)
    deadlines.reader_asks(201)

    assert deadlines.finishing(201).until == 100 + 5 + 100


def test_arriving_data_do_not_extend_the_grace_period_of_a_fast_reader() -> None:
    deadlines = CallDeadlines(Timeout(), 100)
    until = deadlines.finishing(100).until
    for moment in range(101, 110):
        deadlines.token_came(moment)
        deadlines.reader_asks(moment)

    assert deadlines.finishing(110).until == until


def test_the_grace_period_is_limited_by_the_total() -> None:
    assert CallDeadlines(Timeout(total=3), 100).finishing(101) == Deadline(103, "total", 3)


def test_the_wait_for_a_token_begins_when_the_reader_reads() -> None:
    deadlines = CallDeadlines(Timeout(token=7, idle=None), 100)
    deadlines.reader_asks(150)

    assert deadlines.reading(151) == Deadline(157, "token", 7)
