"""Hill climbing by throughput, window by window."""

from collections.abc import Callable

import pytest

from vllm_client.bulk.throughput_probe import (
    LATER_FACTOR,
    MAX_PROBED_LIMIT,
    RESTING_WINDOWS,
    ThroughputProbe,
)


def server(capacity: float) -> Callable[[float], float]:
    """Return the seconds of a request at a server that runs `capacity` requests at once."""
    return lambda limit: max(1.0, limit / capacity)


def limits(probe: ThroughputProbe, seconds: Callable[[float], float], windows: int) -> list[float]:
    """Return the limits that the probe chooses, starting at 16; each request has 10 tokens."""
    limit, now, chosen = 16.0, 0.0, []
    for _ in range(windows):
        for _ in range(int(max(64, 1.25 * limit)) + 1):
            probe.completed(now + seconds(limit), sent_at=now, tokens=10, limit=limit)
        now += 1000.0
        limit = probe.next_limit(now, limit)
        chosen.append(limit)
    return chosen


def test_limit_stays_until_the_window_is_complete() -> None:
    probe = ThroughputProbe(0.0)
    for _ in range(63):
        probe.completed(1.0, sent_at=0.0, tokens=10, limit=16)
    assert probe.next_limit(1.0, 16) == 16

    probe.completed(1.0, sent_at=0.0, tokens=10, limit=16)
    assert probe.next_limit(1.0, 16) == 32


def test_requests_that_were_sent_before_the_window_do_not_count() -> None:
    probe = ThroughputProbe(10.0)

    for _ in range(100):
        probe.completed(11.0, sent_at=9.9, tokens=10, limit=16)

    assert probe.next_limit(11.0, 16) == 16


def test_the_limit_doubles_while_throughput_rises() -> None:
    assert limits(ThroughputProbe(0.0), server(1e9), 4) == [32, 64, 128, 256]


def test_the_limit_ends_at_the_cap() -> None:
    assert max(limits(ThroughputProbe(0.0), server(1e9), 12)) == MAX_PROBED_LIMIT


def test_higher_limit_without_higher_throughput_is_reverted() -> None:
    assert limits(ThroughputProbe(0.0), server(16), 2) == [32, 16]


def test_step_down_is_tried_after_a_useless_step_up() -> None:
    chosen = limits(ThroughputProbe(0.0), server(16), 4)

    assert chosen == [32, 16, pytest.approx(16 / LATER_FACTOR), 16]


def test_a_lower_limit_is_kept_while_throughput_holds() -> None:
    chosen = limits(ThroughputProbe(0.0), server(2), 6)

    assert chosen[2:5] == pytest.approx([16 / LATER_FACTOR**n for n in (1, 2, 3)])


def test_probe_rests_after_it_has_tried_both_directions() -> None:
    chosen = limits(ThroughputProbe(0.0), server(16), 4 + RESTING_WINDOWS)

    assert chosen[4:-1] == [16] * (RESTING_WINDOWS - 1)
    assert chosen[-1] == pytest.approx(16 * LATER_FACTOR)


def test_the_probe_rests_after_a_refusal() -> None:
    chosen = limits(ThroughputProbe.after_refusal(0.0), server(1e9), RESTING_WINDOWS)

    assert chosen == [16] * (RESTING_WINDOWS - 1) + [pytest.approx(16 * LATER_FACTOR)]


def test_longer_answers_do_not_lower_the_measured_throughput() -> None:
    """Twice the tokens in twice the time is equal throughput, so that a higher limit is kept."""
    probe = ThroughputProbe(0.0)
    for length, limit in ((1, 16.0), (2, 32.0)):
        for _ in range(80):
            probe.completed(1000 + length, sent_at=1000, tokens=10 * length, limit=limit)
        chosen = probe.next_limit(1000, limit)

    assert chosen == 64


def test_answers_in_no_time_do_not_divide_by_zero() -> None:
    assert limits(ThroughputProbe(0.0), lambda limit: 0.0, 1) == [32]
