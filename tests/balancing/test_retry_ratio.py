"""The limit on the retries of all calls together."""

from __future__ import annotations

from vllm_client.balancing.retry_ratio import RetryRatio


def _taken(ratio: RetryRatio, now: float) -> int:
    taken = 0
    while ratio.take(now):
        taken += 1
    return taken


def test_client_with_few_requests_may_retry_ten_times_in_ten_seconds() -> None:
    ratio = RetryRatio()
    ratio.requested(0.0)

    assert _taken(ratio, 0.5) == 10
    assert _taken(ratio, 9.9) == 0
    assert _taken(ratio, 10.5) == 10


def test_retries_are_at_most_a_fifth_of_the_requests_of_ten_seconds() -> None:
    ratio = RetryRatio()
    for second in range(10):
        for _ in range(100):
            ratio.requested(second + 0.5)

    assert _taken(ratio, 9.9) == 200


def test_older_requests_do_not_count() -> None:
    ratio = RetryRatio()
    for _ in range(1000):
        ratio.requested(0.0)

    assert _taken(ratio, 100.0) == 10
