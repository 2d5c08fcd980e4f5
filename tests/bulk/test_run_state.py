"""A run as a state machine, event by event."""

from __future__ import annotations

from typing import Any

import pytest

from vllm_client import ApiError, BulkError, IoError, IoTimeout
from vllm_client.bulk.bulk_item import BulkItem
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController
from vllm_client.bulk.gauges import Gauges
from vllm_client.bulk.run_job import BulkAnswer
from vllm_client.bulk.run_options import RunOptions
from vllm_client.bulk.run_state import Ended, Failed, Queued, Resend, Row, RunState

ANSWER = BulkAnswer("Hello!", 100, (3, 5))
REFUSED = IoError("connection refused")
REFUSED.failure, REFUSED.may_have_arrived = "refused", False
LOST = IoError("reset")


def _state(limit: int = 2, total: int | None = None, **options: Any) -> RunState:
    settings = Concurrency(min=1, start=limit, max=max(limit, 100))
    checked = RunOptions(concurrency=settings, **options)
    return RunState(checked, ConcurrencyController(settings), total, now=0.0)


def _send(state: RunState, value: Any = "Hi", now: float = 1.0) -> Row:
    row = state.admit(value)
    state.occupied(now)
    state.sent(row, now)
    return row


def _succeed(state: RunState, row: Row, now: float = 2.0) -> list[Any]:
    state.answered(row, ANSWER, now)
    item = BulkItem(row.index, row.input, ANSWER.response, None, row.attempts, now - row.began)
    return state.finished(row, item, ANSWER.size, now)


def _unknown_model() -> ApiError:
    error = ApiError("The model `nope` does not exist", 404)
    error.param = "model"
    return error


def test_admits_as_many_rows_as_there_are_slots() -> None:
    state = _state(limit=2)
    assert (state.may_admit, state.free_slots) == (True, 2)

    first = _send(state)
    _send(state)
    assert (state.may_admit, state.free_slots) == (False, 0)

    _succeed(state, first)
    assert state.may_admit


def test_rows_are_numbered_in_the_order_of_the_input() -> None:
    state = _state()

    assert [state.admit(value).index for value in "abc"] == [0, 1, 2]


def test_a_refused_row_keeps_its_slot_and_waits_longer_each_time_without_end() -> None:
    state = _state()
    row = _send(state)
    waits = []
    for attempt in range(8):
        step = state.failed(row, ApiError("busy", 503), now=1.0 + attempt)
        waits.append(step)
        state.sent(row, now=1.5 + attempt)

    assert waits == [Resend(wait) for wait in (1, 2, 4, 8, 15, 15, 15, 15)]
    assert (state.controller.in_flight, row.attempts, state.meter.retries) == (1, 9, 8)


def test_refusals_end_the_run_once_nothing_has_succeeded_for_its_patience() -> None:
    state = _state(server_patience=60.0)
    good, bad = _send(state), _send(state)
    _succeed(state, good, now=30.0)

    assert state.failed(bad, ApiError("busy", 503), now=90.0) == Resend(1.0)
    step = state.failed(bad, ApiError("busy", 503), now=90.1)

    assert isinstance(step, Ended)
    assert isinstance(step.error, BulkError)
    assert str(step.error).startswith("no answer from the server for 60 s (server_patience): 503")


def test_a_server_error_is_tried_twice_more() -> None:
    state = _state()
    row = _send(state)
    steps = []
    for _ in range(3):
        steps.append(state.failed(row, ApiError("broken", 500), now=2.0))
        state.sent(row, now=3.0)

    assert steps == [Resend(1.0), Resend(2.0), Failed()]
    assert state.controller.in_flight == 0


def test_a_lost_row_is_sent_again_at_most_twice() -> None:
    state = _state()
    row = _send(state)
    for _ in range(2):
        assert state.failed(row, LOST, now=2.0) == Queued()
        assert state.take_again() is row
        state.occupied(2.0)
        state.sent(row, 2.0)

    assert state.failed(row, LOST, now=3.0) == Failed()
    assert (row.attempts, state.controller.in_flight) == (3, 0)


def test_a_refused_connection_closes_the_gate_and_costs_the_row_nothing() -> None:
    state = _state()
    row = _send(state)
    for _ in range(10):
        assert state.failed(row, REFUSED, now=2.0) == Queued()
        assert (state.may_admit, state.take_again()) == (False, None)
        state.server_answered(3.0)
        assert state.take_again() is row
        state.occupied(3.0)
        state.sent(row, 3.0)

    assert (row.attempts, row.losses) == (1, 0)


def test_a_loss_behind_a_closed_gate_does_not_count() -> None:
    state = _state()
    first, second = _send(state), _send(state)
    state.failed(first, REFUSED, now=2.0)

    assert state.failed(second, LOST, now=2.1) == Queued()
    state.dropped(_send(state), now=12.0)

    assert second.losses == 0
    assert (len(state.again), state.controller.in_flight) == (3, 0)


def test_rows_that_were_lost_come_before_new_ones_even_if_the_window_is_full() -> None:
    state = _state(limit=2)
    oldest = _send(state)
    state.failed(oldest, LOST, now=1.0)
    for _ in range(8):
        _succeed(state, _send(state))

    assert (state.is_full, state.may_admit) == (True, False)
    assert state.take_again() is oldest


def test_concurrency_is_half_when_the_server_is_back() -> None:
    state = _state(limit=16)
    state.failed(_send(state), REFUSED, now=2.0)

    state.server_answered(3.0)

    assert (state.controller.limit, state.gate.is_open) == (8, True)


@pytest.mark.parametrize("code", [401, 403])
def test_a_wrong_key_ends_the_run_at_once(code: int) -> None:
    state = _state()
    error = ApiError("Unauthorized", code)
    _succeed(state, _send(state))

    assert state.failed(_send(state), error, now=2.0) == Ended(error)


def test_unknown_model_ends_the_run_only_while_no_row_has_succeeded() -> None:
    state, error = _state(), _unknown_model()
    assert state.failed(_send(state), error, now=2.0) == Ended(error)

    state = _state()
    _succeed(state, _send(state))
    assert state.failed(_send(state), error, now=2.0) == Failed()


def test_a_name_that_is_gone_ends_the_run_unless_it_was_there_before() -> None:
    error = IoError("no such host")
    error.failure, error.may_have_arrived = "no_address", False
    state = _state()
    assert state.failed(_send(state), error, now=2.0) == Ended(error)

    state = _state()
    _succeed(state, _send(state))
    assert state.failed(_send(state), error, now=2.0) == Queued()
    assert not state.gate.is_open


@pytest.mark.parametrize(
    ("error", "doubtful"),
    [
        (ApiError("busy", 503), True),
        (ApiError("broken", 500), True),
        (LOST, True),
        (ApiError("bad", 400), False),
    ],
)
def test_some_errors_give_reason_to_look_at_the_server(error: Exception, doubtful: bool) -> None:
    state = _state()

    state.failed(_send(state), error, now=2.0)

    assert state.is_doubtful is doubtful
    state.server_answered(3.0)
    assert not state.is_doubtful


def test_answers_are_handed_out_in_order_with_their_size() -> None:
    state = _state(limit=3)
    rows = [_send(state, value) for value in "abc"]

    assert _succeed(state, rows[2]) == []
    handed = _succeed(state, rows[0])
    assert [(item.input, size) for item, size in handed] == [("a", 100)]
    assert [item.input for item, _ in _succeed(state, rows[1])] == ["b", "c"]


def test_a_failed_row_stops_a_run_that_raises() -> None:
    state = _state(raises=True)
    row = _send(state)
    error = ApiError("bad", 400)
    state.failed(row, error, now=2.0)

    state.finished(row, BulkItem(0, "Hi", None, error, 1, 1.0), 0, now=2.0)

    assert (state.stopping, state.may_admit) == (True, False)


def test_too_many_failures_end_the_run() -> None:
    state = _state(max_errors=1)
    error = ApiError("bad", 400)
    endings = []
    for _ in range(2):
        row = _send(state)
        state.failed(row, error, now=2.0)
        state.finished(row, BulkItem(row.index, "Hi", None, error, 1, 1.0), 0, now=2.0)
        endings.append(state.error_of_failures(error))

    assert endings[0] is None
    assert str(endings[1]) == "2 of 2 rows failed (max_errors=1): 400: bad"


def test_failed_rows_of_a_batch_are_counted_one_by_one() -> None:
    state = _state(raises=True)
    row = _send(state)
    row.size = 3

    state.answered(row, BulkAnswer([], 100, errors=(ApiError("bad", 400),)), now=2.0)

    assert (state.meter.done, state.meter.failed, state.stopping) == (2, 1, True)


def test_a_stopped_run_is_idle_once_nothing_is_in_flight() -> None:
    state = _state()
    row = _send(state)
    state.stopping = True
    assert not state.is_idle

    _succeed(state, row)
    assert state.is_idle


def test_a_stopped_run_does_not_wait_for_a_server_that_is_away() -> None:
    state = _state()
    state.failed(_send(state), REFUSED, now=2.0)
    assert not state.is_idle

    state.stopping = True
    assert state.is_idle


def test_stats() -> None:
    state = _state(limit=4, total=10)
    _succeed(state, _send(state), now=2.0)
    _send(state)
    state.polled(Gauges(running=3, waiting=7, kv_cache_usage=0.1), now=2.0)

    stats = state.stats(now=2.0)

    assert (stats.done, stats.failed, stats.in_flight, stats.waiting) == (1, 0, 1, 7)
    assert (stats.total, stats.prompt_tokens, stats.completion_tokens) == (10, 3, 5)
    assert (stats.seconds, stats.concurrency, stats.eta) == (2.0, 4, 18.0)
    assert stats.reason == "input-bound"


def test_the_queue_of_a_server_that_is_away_is_not_known() -> None:
    state = _state()
    state.polled(Gauges(running=3, waiting=7, kv_cache_usage=0.1), now=2.0)
    state.failed(_send(state), REFUSED, now=2.0)

    assert state.stats(now=2.0).waiting is None


def _closed(state: RunState) -> None:
    state.failed(_send(state), REFUSED, now=2.0)


def _full_in_order(state: RunState) -> None:
    _send(state)
    for _ in range(8):
        _succeed(state, _send(state))


def _full(state: RunState) -> None:
    for _ in range(8):
        _succeed(state, _send(state))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (_closed, "the server is away (connection refused); next look in 1 s"),
        (_full_in_order, "waiting for row 0, which is the oldest"),
        (_full, "output-bound"),
        (lambda state: setattr(state, "stopping", True), "stopping"),
        (lambda state: setattr(state, "has_ended", True), "ended"),
        (lambda state: None, "ramping up"),
    ],
)
def test_reason_in_words(happens: Any, reason: str) -> None:
    state = _state(limit=2)

    happens(state)

    assert state.stats(now=2.0).reason == reason


def test_our_own_queue_for_connections_is_no_refusal_of_the_server() -> None:
    state = _state(limit=8)
    row = _send(state)

    step = state.failed(row, IoTimeout("no connection was free", "queue", 1.0), now=2.0)

    assert step == Resend(1.0)
    assert state.controller.limit == 8


def test_a_row_that_is_given_up_frees_its_slot() -> None:
    state = _state()
    _send(state)

    state.given_up(now=2.0)

    assert state.controller.in_flight == 0
