"""The state machine of a run, event by event."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.bulk.run_states import (
    LOST,
    REFUSED,
    lane_of,
    send,
    several_servers,
    state_of,
    succeed,
)
from vllm_client import ApiError, BulkError, IoError, IoTimeout
from vllm_client.balancing.wanted import Wanted
from vllm_client.bulk.bulk_item import BulkItem
from vllm_client.bulk.row_routes import SeveralServers
from vllm_client.bulk.run_job import BulkAnswer
from vllm_client.bulk.run_options import RunOptions
from vllm_client.bulk.run_row import NO_WISH, Ended, Failed, Moved, Queued, Resend, Row
from vllm_client.bulk.run_state import RunState


def _unknown_model() -> ApiError:
    error = ApiError("The model `nope` does not exist", 404)
    error.param = "model"
    return error


def test_admits_as_many_rows_as_there_are_slots() -> None:
    state = state_of(limit=2)
    assert (state.may_read, state.routes.room) == (True, 2)

    first = send(state)
    send(state)
    assert (state.may_read, state.routes.room) == (False, 0)

    succeed(state, first)
    assert state.may_read


def test_rows_are_numbered_in_the_order_of_the_input() -> None:
    state = state_of()

    assert [state.admit(value).index for value in "abc"] == [0, 1, 2]


def test_refused_row_keeps_its_slot_and_waits_longer_each_time() -> None:
    state = state_of()
    row = send(state)
    waits = []
    for attempt in range(8):
        step = state.failed(row, ApiError("busy", 503), now=1.0 + attempt)
        waits.append(step)
        state.sent(row, now=1.5 + attempt)

    assert waits == [Resend(wait) for wait in (1, 2, 4, 8, 15, 15, 15, 15)]
    assert (lane_of(state).controller.in_flight, row.attempts, state.meter.retries) == (1, 9, 8)


def test_refusals_end_the_run_when_no_row_succeeded_within_the_patience() -> None:
    state = state_of(server_patience=60.0)
    good, bad = send(state), send(state)
    succeed(state, good, now=30.0)

    assert state.failed(bad, ApiError("busy", 503), now=90.0) == Resend(1.0)
    step = state.failed(bad, ApiError("busy", 503), now=90.1)

    assert isinstance(step, Ended)
    assert isinstance(step.error, BulkError)
    assert str(step.error).startswith("no answer from the server for 60 s (server_patience): 503")


def test_row_is_sent_twice_more_after_server_errors() -> None:
    state = state_of()
    row = send(state)
    steps = []
    for _ in range(3):
        steps.append(state.failed(row, ApiError("broken", 500), now=2.0))
        state.sent(row, now=3.0)

    assert steps == [Resend(1.0), Resend(2.0), Failed()]
    assert lane_of(state).controller.in_flight == 0


def test_a_lost_row_is_sent_again_at_most_twice() -> None:
    state = state_of()
    row = send(state)
    for _ in range(2):
        assert state.failed(row, LOST, now=2.0) == Queued()
        assert state.routes.next_again() is row
        state.occupied(row, 2.0)
        state.sent(row, 2.0)

    assert state.failed(row, LOST, now=3.0) == Failed()
    assert (row.attempts, lane_of(state).controller.in_flight) == (3, 0)


def test_refused_connection_closes_the_gate_and_is_not_counted_for_the_row() -> None:
    state = state_of()
    row = send(state)
    for _ in range(10):
        assert state.failed(row, REFUSED, now=2.0) == Queued()
        assert (state.may_read, state.routes.next_again()) == (False, None)
        state.server_answered(lane_of(state), 3.0)
        assert state.routes.next_again() is row
        state.occupied(row, 3.0)
        state.sent(row, 3.0)

    assert (row.attempts, row.losses) == (1, 0)


def test_lost_connection_after_the_gate_closed_does_not_count() -> None:
    state = state_of()
    first, second = send(state), send(state)
    state.failed(first, REFUSED, now=2.0)

    assert state.failed(second, LOST, now=2.1) == Queued()
    state.dropped(send(state), now=12.0)

    assert second.losses == 0
    assert (state.routes.waiting, lane_of(state).controller.in_flight) == (3, 0)


def test_lost_rows_are_sent_before_new_ones_even_if_the_window_is_full() -> None:
    state = state_of(limit=2)
    oldest = send(state)
    state.failed(oldest, LOST, now=1.0)
    for _ in range(8):
        succeed(state, send(state))

    assert (state.is_full, state.may_read) == (True, False)
    assert state.routes.next_again() is oldest


def test_concurrency_is_halved_when_the_server_is_back() -> None:
    state = state_of(limit=16)
    state.failed(send(state), REFUSED, now=2.0)

    state.server_answered(lane_of(state), 3.0)

    assert (lane_of(state).controller.limit, lane_of(state).gate.is_open) == (8, True)


@pytest.mark.parametrize("code", [401, 403])
def test_a_wrong_key_ends_the_run_at_once(code: int) -> None:
    state = state_of()
    error = ApiError("Unauthorized", code)
    succeed(state, send(state))

    assert state.failed(send(state), error, now=2.0) == Ended(error)


def test_unknown_model_ends_the_run_only_while_no_row_has_succeeded() -> None:
    state, error = state_of(), _unknown_model()
    assert state.failed(send(state), error, now=2.0) == Ended(error)

    state = state_of()
    succeed(state, send(state))
    assert state.failed(send(state), error, now=2.0) == Failed()


def test_unresolvable_name_ends_the_run_unless_a_row_has_succeeded() -> None:
    error = IoError("no such host")
    error.failure, error.may_have_arrived = "no_address", False
    state = state_of()
    assert state.failed(send(state), error, now=2.0) == Ended(error)

    state = state_of()
    succeed(state, send(state))
    assert state.failed(send(state), error, now=2.0) == Queued()
    assert not lane_of(state).gate.is_open


@pytest.mark.parametrize(
    ("error", "doubtful"),
    [
        (ApiError("busy", 503), True),
        (ApiError("broken", 500), True),
        (LOST, True),
        (ApiError("bad", 400), False),
    ],
)
def test_some_errors_require_a_health_check(error: Exception, doubtful: bool) -> None:
    state = state_of()

    state.failed(send(state), error, now=2.0)

    assert lane_of(state).is_doubtful is doubtful
    state.server_answered(lane_of(state), 3.0)
    assert not lane_of(state).is_doubtful


def test_answers_are_handed_out_in_order_with_their_size() -> None:
    state = state_of(limit=3)
    rows = [send(state, value) for value in "abc"]

    assert succeed(state, rows[2]) == []
    handed = succeed(state, rows[0])
    assert [(item.input, size) for item, size in handed] == [("a", 100)]
    assert [item.input for item, _ in succeed(state, rows[1])] == ["b", "c"]


def test_a_failed_row_stops_a_run_that_raises() -> None:
    state = state_of(raises=True)
    row = send(state)
    error = ApiError("bad", 400)
    state.failed(row, error, now=2.0)

    state.finished(row, BulkItem(0, "Hi", None, error, 1, 1.0), 0, now=2.0)

    assert (state.stopping, state.may_read) == (True, False)


def test_too_many_failures_end_the_run() -> None:
    state = state_of(max_errors=1)
    error = ApiError("bad", 400)
    endings = []
    for _ in range(2):
        row = send(state)
        state.failed(row, error, now=2.0)
        state.finished(row, BulkItem(row.index, "Hi", None, error, 1, 1.0), 0, now=2.0)
        endings.append(state.error_of_failures(error))

    assert endings[0] is None
    assert str(endings[1]) == "2 of 2 rows failed (max_errors=1): 400: bad"


def test_failed_rows_of_a_batch_are_counted_one_by_one() -> None:
    state = state_of(raises=True)
    row = send(state)
    row.size = 3

    state.answered(row, BulkAnswer([], 100, errors=(ApiError("bad", 400),)), now=2.0)

    assert (state.meter.done, state.meter.failed, state.stopping) == (2, 1, True)


def test_a_stopped_run_is_idle_once_nothing_is_in_flight() -> None:
    state = state_of()
    row = send(state)
    state.stop()
    assert not state.is_idle

    succeed(state, row)
    assert state.is_idle


def test_stopped_run_does_not_wait_for_an_unreachable_server() -> None:
    state = state_of()
    state.failed(send(state), REFUSED, now=2.0)
    assert not state.is_idle

    state.stop()
    assert state.is_idle


def test_timeout_in_the_connection_queue_is_not_a_refusal_of_the_server() -> None:
    state = state_of(limit=8)
    row = send(state)

    step = state.failed(row, IoTimeout("no connection was free", "queue", 1.0), now=2.0)

    assert step == Resend(1.0)
    assert lane_of(state).controller.limit == 8


def test_abandoned_row_releases_its_slot() -> None:
    state = state_of()
    send(state)

    state.given_up(lane_of(state), now=2.0)

    assert lane_of(state).controller.in_flight == 0


# Several servers.


def add(state: RunState, number: int, wanted: Wanted = NO_WISH) -> list[Row]:
    """Add new rows that wait for a slot."""
    rows = [state.admit("Hi") for _ in range(number)]
    for row in rows:
        row.wanted = wanted
        state.routes.add(row)
    return rows


def sent(state: RunState) -> list[Row]:
    """Send all rows that may be sent now; return them."""
    found = []
    while (row := state.routes.next_again() or state.next_row()) is not None:
        state.occupied(row, 1.0)
        state.sent(row, 1.0)
        found.append(row)
    return found


def test_slots_of_all_servers_are_filled() -> None:
    state = several_servers(a=2, b=3)
    add(state, 9)

    assert Counter(row.lane.name for row in sent(state)) == {"a": 2, "b": 3}
    assert (state.in_flight, state.limit, state.may_read) == (5, 5, False)


@pytest.mark.parametrize("error", [LOST, REFUSED, ApiError("busy", 503)], ids=str)
def test_a_failed_row_goes_to_another_server_at_once(error: Exception) -> None:
    state = several_servers(a=2, b=2)
    (row,) = add(state, 1)
    sent(state)
    first = row.lane.name

    assert isinstance(state.failed(row, error, now=2.0), Queued | Moved)

    assert sent(state) == [row]
    assert {first, row.lane.name} == {"a", "b"}


def test_slot_of_a_refused_row_stays_occupied_for_a_while() -> None:
    state = several_servers(a=2, b=2)
    (row,) = add(state, 1)
    sent(state)
    lane = row.lane

    assert state.failed(row, ApiError("busy", 503), now=2.0) == Moved(1.0)
    assert (lane.controller.in_flight, state.in_flight) == (1, 1)

    state.given_up(lane, now=3.0)
    assert lane.controller.in_flight == 0


def test_row_refused_by_all_servers_waits_at_the_last_one() -> None:
    state = several_servers(a=2, b=2)
    (row,) = add(state, 1)
    sent(state)
    state.failed(row, ApiError("busy", 503), now=2.0)
    sent(state)

    assert state.failed(row, ApiError("busy", 503), now=2.0) == Resend(2.0)
    assert state.stays(row)


def test_a_row_waits_after_a_server_error_and_then_goes_to_another_server() -> None:
    state = several_servers(a=2, b=2)
    (row,) = add(state, 1)
    sent(state)
    first = row.lane.name

    assert state.failed(row, ApiError("broken", 500), now=2.0) == Resend(1.0)
    assert not state.stays(row)
    assert state.dropped(row, now=3.0) is None
    assert sent(state) == [row]
    assert row.lane.name != first


def test_row_without_any_server_left_fails() -> None:
    state = several_servers(a=2, b=2)
    (row,) = add(state, 1, Wanted(server="a"))
    sent(state)
    assert isinstance(state.routes, SeveralServers)
    state.routes._servers.remove("a")

    step = state.failed(row, LOST, now=2.0)

    assert isinstance(step, Failed)
    assert "got 'a'" in str(step.error)
    state.occupied(row, 3.0)
    assert "got 'a'" in str(state.dropped(row, now=3.0))


def test_row_of_an_unknown_model_is_tried_at_another_server_and_then_fails() -> None:
    state, error = several_servers(a=2, b=2), _unknown_model()
    error.type, error.message = "NotFoundError", "The model `nope` does not exist"
    (row,) = add(state, 1)
    sent(state)
    assert state.failed(row, error, now=2.0) == Queued()
    sent(state)

    assert state.failed(row, error, now=2.0) == Ended(error)


def test_server_with_unresolvable_name_is_unreachable_while_another_is_available() -> None:
    error = IoError("no such host")
    error.failure, error.may_have_arrived = "no_address", False
    state = several_servers(a=2, b=2)
    first, second = add(state, 2)
    sent(state)
    assert state.failed(first, error, now=2.0) == Queued()
    assert not first.lane.gate.is_open

    assert state.failed(second, error, now=2.0) == Ended(error)


def test_order_of_the_input_is_kept_while_a_row_waits_for_its_server() -> None:
    state = several_servers(a=1, b=4)
    blocker, pinned = add(state, 2, Wanted(server="a"))
    sent(state)
    for _ in range(100):
        if state.may_read:
            add(state, 1)
        for row in sent(state):
            succeed(state, row)
    assert (state.is_full, pinned.attempts) == (True, 0)

    succeed(state, blocker)

    assert pinned in sent(state)  # sent although the window is full, as all others wait for it
    succeed(state, pinned)
    assert not state.window.is_parking


def test_unordered_run_sends_nothing_while_the_caller_is_slow() -> None:
    state = several_servers(RunOptions(ordered=False), a=1, b=1)
    while state.may_read:
        add(state, 1)
        for row in sent(state):
            succeed(state, row)
    add(state, 1)

    assert state.is_full
    assert sent(state) == []


def test_stopped_run_still_sends_rows_older_than_those_sent() -> None:
    state = several_servers(a=1, b=1)
    blocker, pinned = add(state, 2, Wanted(server="a"))
    later, newest, *_ = add(state, 3)
    assert sent(state) == [blocker, later]

    state.stop()
    succeed(state, blocker)
    succeed(state, later)

    assert sent(state) == [pinned]
    assert state.has_dropped_rows
    assert newest.attempts == 0
