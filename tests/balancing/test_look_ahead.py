"""Queues of rows by the server they prefer."""

from __future__ import annotations

from vllm_client.balancing.look_ahead import MAX_ROWS, LookAhead, Place


def test_a_slot_takes_the_oldest_row_that_prefers_its_server() -> None:
    rows: LookAhead[int] = LookAhead()
    for row, server in enumerate("abab"):
        rows.add(row, row, Place(server))

    assert [rows.take("b"), rows.take("b"), rows.take("a")] == [1, 3, 0]


def test_slot_without_a_preferring_row_takes_the_head_of_the_longest_queue() -> None:
    rows: LookAhead[int] = LookAhead()
    for row, server in enumerate("abb"):
        rows.add(row, row, Place(server))

    assert [rows.take("c"), rows.take("c"), rows.take("c"), rows.take("c")] == [1, 0, 2, None]
    assert len(rows) == 0


def test_queue_is_full_at_the_max_number_of_rows() -> None:
    rows: LookAhead[int] = LookAhead()
    for row in range(MAX_ROWS):
        assert not rows.is_full
        rows.add(row, row)

    assert rows.is_full


def test_a_slot_takes_no_row_that_may_not_go_to_its_server() -> None:
    rows: LookAhead[int] = LookAhead()
    rows.add(0, 0, Place("a", frozenset("a")))
    rows.add(1, 1, Place(None, frozenset("ab")))

    assert [rows.take("c"), rows.take("b"), rows.take("b"), rows.take("a")] == [None, 1, None, 0]


def test_the_oldest_of_the_rows_that_prefer_a_server_comes_first() -> None:
    rows: LookAhead[int] = LookAhead()
    rows.add(0, 0, Place("a"))
    rows.add(1, 1, Place("a", frozenset("a")))
    rows.add(2, 2, Place("a"))

    assert [rows.take("a") for _ in range(3)] == [0, 1, 2]


def test_the_oldest_row_can_be_taken_whichever_server_it_prefers() -> None:
    rows: LookAhead[int] = LookAhead()
    rows.add(0, 0, Place("a", frozenset("a")))
    rows.add(1, 1, Place("c"))
    rows.add(2, 2, Place("b"))

    assert rows.take_oldest("b", number=0) is None
    assert rows.take_oldest("b") == 1
    assert rows.take_oldest("b", number=2) == 2
    assert rows.take_oldest("a", number=0) == 0
    assert rows.take_oldest("a") is None


def test_rows_above_a_number_can_be_removed() -> None:
    rows: LookAhead[str] = LookAhead()
    for number, name in enumerate("abcd"):
        rows.add(name, number, Place(name))

    assert rows.clear(after=1) == [(2, "c"), (3, "d")]
    assert len(rows) == 2
    assert rows.clear() == [(0, "a"), (1, "b")]


def test_server_preferred_by_far_more_rows_than_its_share_is_crowded() -> None:
    rows: LookAhead[int] = LookAhead()
    for row in range(100):
        rows.add(row, row, Place("b" if row % 5 == 0 else "a"))

    assert rows.is_crowded("a", servers=2)
    assert not rows.is_crowded("b", servers=2)
    assert not rows.is_crowded("a", servers=1)

    rows.clear()
    assert not rows.is_crowded("a", servers=2)
