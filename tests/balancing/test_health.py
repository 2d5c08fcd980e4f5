"""When a server goes out, when it is probed, and how it comes back."""

from __future__ import annotations

from math import inf

from vllm_client.balancing.health import RECOVERY_SECONDS, ServerHealth


def _out(at: float = 0.0) -> ServerHealth:
    health = ServerHealth()
    for _ in range(3):
        health.connect_failed(at, "refused")
    return health


def test_three_failed_connects_in_a_row_take_a_server_out() -> None:
    health = ServerHealth()
    for _ in range(2):
        health.connect_failed(0.0, "refused")
    assert not health.is_out
    assert health.next_probe == inf

    health.connect_failed(0.0, "connection refused")

    assert health.is_out
    assert health.cause == "connection refused"


def test_response_between_failed_connects_resets_the_count() -> None:
    health = ServerHealth()
    for _ in range(5):
        health.connect_failed(0.0, "refused")
        health.connect_failed(0.0, "refused")
        health.answered(0.0)

    assert not health.is_out


def test_a_503_of_health_takes_a_server_out_at_once() -> None:
    health = ServerHealth()
    health.doubted(5.0)
    assert health.next_probe == 5.0
    assert not health.is_out

    health.probed(5.0, "503", connected=True)

    assert health.is_out


def test_successful_probe_ends_probing_and_probes_are_a_second_apart() -> None:
    health = ServerHealth()
    health.doubted(5.0)
    health.probed(5.0, None, connected=True)
    assert not health.is_out
    assert health.next_probe == inf

    health.doubted(5.1)

    assert health.next_probe == 6.0


def test_a_probe_that_cannot_connect_counts_as_a_failed_connect() -> None:
    health = ServerHealth()
    health.doubted(0.0)
    for now in (0.0, 1.0, 2.0):
        assert not health.is_out
        assert health.next_probe == now
        health.probed(now, "refused", connected=False)

    assert health.is_out


def test_probes_of_a_server_that_is_out_come_one_to_fifteen_seconds_apart() -> None:
    health = _out(at=100.0)
    waits = [health.next_probe - 100.0]
    for _ in range(6):
        now = health.next_probe
        health.probed(now, "refused", connected=False)
        waits.append(health.next_probe - now)

    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_a_server_comes_back_at_half_its_concurrency_for_a_while() -> None:
    health = _out()
    assert health.share(0.0) == 1.0

    health.probed(10.0, None, connected=True)

    assert not health.is_out
    assert health.next_probe == inf
    assert health.share(10.0) == 0.5
    assert health.share(10.0 + RECOVERY_SECONDS) == 1.0


def test_response_brings_back_a_server_that_was_out_for_failed_connects() -> None:
    health = _out()

    health.answered(4.0)

    assert not health.is_out
    assert health.share(4.0) == 0.5


def test_response_to_a_call_does_not_bring_back_a_server_whose_health_is_503() -> None:
    health = ServerHealth()
    health.doubted(0.0)
    health.probed(0.0, "503", connected=True)

    health.answered(1.0)
    assert health.is_out

    health.probed(1.0, "refused", connected=False)  # the server is restarting
    health.answered(2.0)
    assert not health.is_out


def test_a_server_that_is_out_again_is_probed_after_a_second() -> None:
    health = _out()
    for _ in range(4):
        health.probed(health.next_probe, "refused", connected=False)
    health.probed(60.0, None, connected=True)
    for _ in range(3):
        health.connect_failed(70.0, "refused")

    assert health.next_probe == 71.0
