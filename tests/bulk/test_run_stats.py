"""The counters and rates of a run."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from vllm_client import ApiError, IoError
from vllm_client.bulk.run_stats import RunMeter, RunStats, duration, kind_of, tokens_of


@attrs.frozen
class Chat:
    usage: Any


@attrs.frozen
class Usage:
    prompt_tokens: int
    completion_tokens: int | None


@attrs.frozen
class ResponsesUsage:
    input_tokens: int
    output_tokens: int


@pytest.mark.parametrize(
    ("response", "tokens"),
    [
        (Chat(Usage(3, 5)), (3, 5)),
        (Chat(Usage(3, None)), (3, 0)),
        (Chat(ResponsesUsage(3, 5)), (3, 5)),
        (Chat(None), (0, 0)),
        ("a text", (0, 0)),
    ],
)
def test_tokens_of_each_kind_of_answer(response: object, tokens: tuple[int, int]) -> None:
    assert tokens_of(response) == tokens


def test_rates_are_averages_since_the_start_at_first() -> None:
    meter = RunMeter(now=100.0)
    for second in range(1, 5):
        meter.succeeded(100.0 + second, (10, 20))

    assert meter.rates(104.0) == (1.0, 10.0, 20.0)


def test_rates_ignore_rows_older_than_thirty_seconds() -> None:
    meter = RunMeter(now=0.0)
    for second in range(1, 101):
        meter.succeeded(float(second), (100 if second <= 50 else 1, 0))

    assert meter.rates(100.0)[1] == pytest.approx(1.0)


def test_rates_are_zero_after_thirty_seconds_without_finished_rows() -> None:
    meter = RunMeter(now=0.0)
    meter.succeeded(2.0, (1, 1))

    assert meter.rates(200.0) == (0.0, 0.0, 0.0)
    assert meter.eta(200.0, total=10) is None


def test_failed_rows_are_counted_by_kind() -> None:
    meter = RunMeter(now=0.0)
    typed = ApiError("no", 400)
    typed.type = "BadRequestError"
    for error in (typed, typed, ApiError("no", 500), IoError("lost"), KeyError("x")):
        meter.row_failed(1.0, error)

    assert (meter.failed, meter.finished) == (5, 5)
    assert meter.failures == {
        "400 BadRequestError": 2,
        "500": 1,
        "IoError": 1,
        "KeyError": 1,
    }
    assert kind_of(typed) == "400 BadRequestError"


def test_eta_is_the_number_of_remaining_rows_divided_by_the_rate() -> None:
    meter = RunMeter(now=0.0)
    for second in range(1, 11):
        meter.succeeded(float(second), (1, 1), rows=2)

    assert meter.eta(10.0, total=60) == pytest.approx(20.0)
    assert meter.eta(10.0, total=None) is None
    assert meter.eta(10.0, total=10) == 0.0


def test_stats_read_as_one_line() -> None:
    stats = RunStats(
        done=1200,
        failed=3,
        in_flight=60,
        waiting=5,
        total=10000,
        rows_per_second=40.04,
        prompt_tokens_per_second=4000.2,
        completion_tokens_per_second=8000.7,
        eta=219.9,
        concurrency=64,
        reason="server-bound",
    )

    assert str(stats) == (
        "1,200 of 10,000 rows done, 3 failed; 40.0 rows/s, 4,000 + 8,001 tokens/s, "
        "3 min 40 s left; 60 of 64 in flight (server-bound), 5 queued there"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"), (7500, "2 h 05 min")],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words
