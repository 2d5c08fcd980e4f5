"""The bounded buffer of finished rows."""

from __future__ import annotations

from itertools import permutations

import pytest

from vllm_client.bulk.row_window import MAX_HELD_BYTES, RowWindow


def _finish(window: RowWindow[str], *indices: int, size: int = 1) -> list[list[str]]:
    return [window.finished(index, f"row {index}", size) for index in indices]


def test_unordered_rows_are_handed_out_as_they_finish() -> None:
    assert _finish(RowWindow(ordered=False), 2, 0, 1) == [["row 2"], ["row 0"], ["row 1"]]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_ordered_rows_are_handed_out_in_order_however_they_finish(order: tuple[int, ...]) -> None:
    window: RowWindow[str] = RowWindow(ordered=True)

    handed = [row for rows in _finish(window, *order) for row in rows]

    assert handed == ["row 0", "row 1", "row 2", "row 3"]
    assert not window.is_parking


def test_row_is_handed_out_as_soon_as_all_earlier_rows_are() -> None:
    window: RowWindow[str] = RowWindow(ordered=True)

    assert _finish(window, 1, 0, 3, 2) == [[], ["row 0", "row 1"], [], ["row 2", "row 3"]]


def test_next_index_is_the_row_that_others_wait_for() -> None:
    window: RowWindow[str] = RowWindow(ordered=True)
    _finish(window, 0, 2)

    assert (window.is_parking, window.next_index) == (True, 1)


def test_flush_returns_rows_that_wait_for_a_row_that_never_finishes() -> None:
    window: RowWindow[str] = RowWindow(ordered=True)
    _finish(window, 5, 3)

    assert window.flush() == ["row 3", "row 5"]
    assert window.flush() == []


def test_is_full_with_four_rows_for_each_slot_held_or_in_flight() -> None:
    window: RowWindow[str] = RowWindow(ordered=True)
    _finish(window, *range(1, 7))

    assert not window.is_full(limit=2, in_flight=1)
    assert window.is_full(limit=2, in_flight=2)


def test_is_full_at_the_max_number_of_bytes() -> None:
    window: RowWindow[str] = RowWindow(ordered=False)
    _finish(window, 0, size=MAX_HELD_BYTES)

    assert window.is_full(limit=1000, in_flight=0)
    assert not window.has_room_again(limit=1000)

    window.taken(MAX_HELD_BYTES)
    assert not window.is_full(limit=1000, in_flight=0)
    assert window.has_room_again(limit=1000)


def test_has_room_again_only_when_a_quarter_is_free() -> None:
    window: RowWindow[str] = RowWindow(ordered=False)
    _finish(window, *range(8))
    room = []
    for _ in range(4):
        window.taken(1)
        room.append(window.has_room_again(limit=2))

    assert room == [False, True, True, True]
    assert (window.held_rows, window.held_bytes) == (4, 4)
