"""The idle connections of a pool."""

import sys
from collections import deque
from typing import Any

import pytest

from vllm_client.http.idle_connections import IDLE_SECONDS, IdleConnections


class Connection:
    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False

    def close(self) -> None:
        self.closed = True


def stack(*names: str) -> tuple[IdleConnections[Connection], list[Connection]]:
    """Return a stack of connections, pushed at the times 0, 1, 2 … seconds."""
    connections = [Connection(name) for name in names]
    idle: IdleConnections[Connection] = IdleConnections()
    for now, connection in enumerate(connections):
        idle.push(connection, float(now))
    return idle, connections


def test_connections_expire_before_vllm_closes_them() -> None:
    assert IDLE_SECONDS < 5


def test_the_connection_used_last_is_returned_first() -> None:
    idle, (first, second) = stack("first", "second")

    assert len(idle) == 2
    assert idle.pop(1.5) is second
    assert idle.pop(1.5) is first
    assert idle.pop(1.5) is None
    assert not first.closed
    assert not second.closed


@pytest.mark.parametrize(("waited", "good"), [(3.999, True), (4.0, False), (60.0, False)])
def test_an_expired_connection_is_closed_and_not_used(waited: float, good: bool) -> None:
    idle, (connection,) = stack("only")

    assert idle.pop(waited) is (connection if good else None)
    assert connection.closed is not good
    assert len(idle) == 0


def test_a_closed_connection_is_skipped() -> None:
    idle, (alive, dead) = stack("alive", "dead")
    dead.close()

    assert idle.pop(1.5) is alive


def test_each_push_closes_one_expired_connection() -> None:
    idle, (oldest, older, used) = stack("oldest", "older", "used")

    idle.push(Connection("new"), 10.0)
    assert [oldest.closed, older.closed, used.closed] == [True, False, False]
    idle.push(Connection("newer"), 10.0)
    assert [oldest.closed, older.closed, used.closed] == [True, True, False]
    assert len(idle) == 3


def test_clear_closes_all() -> None:
    idle, connections = stack("first", "second", "third")

    idle.clear()

    assert all(connection.closed for connection in connections)
    assert len(idle) == 0


class Robbed(deque[Any]):
    """A deque that another thread empties between the check and the access."""

    def __bool__(self) -> bool:
        return True

    def append(self, item: Any) -> None:
        """Do nothing, as if another thread had taken the item."""


def test_a_concurrent_pop_by_another_thread_is_not_an_error() -> None:
    idle: IdleConnections[Connection] = IdleConnections()
    idle._items = Robbed()
    connection = Connection("taken")

    idle.push(connection, 0.0)
    assert idle.pop(0.0) is None
    idle.clear()

    assert not connection.closed


def test_the_cost_of_a_call_is_independent_of_the_number_of_connections() -> None:
    def calls_of_a_round(many: int) -> int:
        idle, _ = stack(*map(str, range(3)))
        for _ in range(many):
            idle.push(Connection("more"), 2.0)
        calls = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            idle.push(Connection("one"), 20.0)
            idle.pop(20.0)
        finally:
            sys.setprofile(before)
        return calls

    assert calls_of_a_round(10) == calls_of_a_round(1000)
