"""The gate of a server, which is closed while the server is unreachable."""

from __future__ import annotations

from math import inf

from vllm_client import IoError
from vllm_client.bulk.gate import Gate

AWAY = IoError("connection refused")


def _closed(at: float = 100.0, patience: float | None = 600.0) -> Gate:
    gate = Gate(patience)
    gate.close(at, AWAY)
    return gate


def test_gate_is_open_except_while_the_server_is_unreachable() -> None:
    gate = Gate(600.0)
    assert gate.is_open

    gate.close(0.0, AWAY)
    assert not gate.is_open

    gate.reopen()
    assert gate.is_open
    assert gate.wake_at(0.0) == inf


def test_health_checks_start_after_one_second_and_slow_down_to_fifteen() -> None:
    gate = _closed(at=0.0)
    waits = [gate.next_look]
    now = gate.next_look
    for _ in range(6):
        gate.look_failed(now)
        waits.append(gate.next_look - now)
        now = gate.next_look

    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_closing_a_closed_gate_changes_nothing() -> None:
    gate = _closed(at=100.0)
    gate.look_failed(101.0)

    gate.close(102.0, IoError("another"))

    assert (gate.cause, gate.closed_at, gate.next_look) == (AWAY, 100.0, 103.0)


def test_waits_start_with_one_second_again_when_the_gate_closes_again() -> None:
    gate = _closed(at=0.0)
    gate.look_failed(1.0)
    gate.reopen()

    gate.close(50.0, AWAY)

    assert gate.next_look == 51.0


def test_drops_connections_once_after_ten_seconds() -> None:
    gate = _closed(at=100.0)

    assert not gate.drops_connections(109.9)
    assert gate.drops_connections(110.0)
    assert not gate.drops_connections(120.0)


def test_wakes_for_the_next_check_then_to_drop_connections_then_to_give_up() -> None:
    gate = _closed(at=100.0, patience=20.0)
    assert gate.wake_at(0.0) == 101.0

    for now in (101.0, 103.0, 107.0):
        gate.look_failed(now)
    assert (gate.next_look, gate.wake_at(0.0)) == (115.0, 110.0)

    gate.drops_connections(110.0)
    assert gate.wake_at(0.0) == 115.0
    gate.look_failed(115.0)
    assert gate.wake_at(0.0) == 120.0


def test_gives_up_after_its_patience_with_the_cause() -> None:
    gate = _closed(at=100.0, patience=600.0)

    assert gate.error_at(699.9, 0.0) is None
    error = gate.error_at(700.0, 0.0)
    assert error is not None
    assert str(error) == "no answer from the server for 600 s (server_patience): connection refused"
    assert error.__cause__ is AWAY


def test_without_patience_limit_the_gate_waits_forever() -> None:
    assert _closed(patience=None).error_at(1e12, 0.0) is None


def test_says_why_nothing_is_sent() -> None:
    words = _closed(at=0.0).words(0.4)

    assert words == "the server is away (connection refused); next check in 1 s"


def test_server_may_be_unreachable_as_long_as_others_answer_rows() -> None:
    gate = _closed(at=100.0, patience=600.0)

    assert gate.error_at(1299.9, last_success=700.0) is None
    assert gate.error_at(1300.0, last_success=700.0) is not None
