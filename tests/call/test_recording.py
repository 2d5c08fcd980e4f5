"""Updating the record of a call."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.test_record import call
from vllm_client.call.recording import (
    abandon_call,
    attach,
    begin_another_attempt,
    describe_answer,
    describe_stream,
    end_call,
    fail_attempt,
    first_token_came,
    measure_gaps,
    token_came,
)
from vllm_client.codec.answer import Answer
from vllm_client.errors import ApiError, VllmError
from vllm_client.streams.state import StreamMachine


def test_failed_attempt_is_kept_when_the_next_one_begins() -> None:
    record = call(_request_id="1", _attempt_began=100.0, _sent=101.0, _first_byte=102.0)
    fail_attempt(record, ApiError("busy", 503), 103.0)
    begin_another_attempt(record, 103.0, wait=2.0)
    record._request_id = "2"

    first, second = record.attempts
    assert (first.status, first.error, first.seconds) == (503, "busy", 3.0)
    assert (second.status, second.error, second.seconds) == (None, None, None)
    assert (second.started, second.wait, record.timing.first_byte) == (5.0, 2.0, None)


def test_reads_before_the_first_token_are_not_counted_as_gaps() -> None:
    record = call(streamed=True)
    measure_gaps(record)
    for moment in (101.0, 102.0):
        token_came(record, moment)
    first_token_came(record)
    for moment in (103.0, 106.0):
        token_came(record, moment)

    assert record.token_gaps == (1.0, 3.0)
    assert record.timing.first_token == 2.0


def test_gaps_are_measured_only_on_request() -> None:
    record = call(streamed=True)
    token_came(record, 101.0)
    token_came(record, 102.0)

    assert (record.token_gaps, record.timing.last_token) == ((), 2.0)


@pytest.mark.parametrize(
    ("error", "state"),
    [(None, "complete"), (ApiError("no", 404), "failed"), (KeyboardInterrupt(), "abandoned")],
)
def test_a_call_ends_once(error: BaseException | None, state: str) -> None:
    record = call()
    end_call(record, 101.0, error)
    end_call(record, 102.0, VllmError("late"))
    abandon_call(record, 103.0)

    assert (record.state, record.timing.total) == (state, 1.0)
    if isinstance(error, VllmError):
        assert error.call is record
        assert record.status == 404


def test_closing_a_stream_early_abandons_the_call() -> None:
    record = call(_request_id="1", _attempt_began=100.0)
    abandon_call(record, 101.0)
    end_call(record, 102.0)

    assert (record.state, record.error_type, record.attempts[0].seconds) == ("abandoned", None, 1.0)


def test_answers_and_items_of_lists_have_their_call() -> None:
    record, one, two = call(), Answer(), Answer()

    assert attach(record, one).call is record
    attach(record, [two, "text"])
    assert two.call is record
    assert attach(record, "text") == "text"


def test_response_inside_another_object_has_the_call() -> None:
    record, answer = call(), Answer()
    carrier = SimpleNamespace(response=answer)

    assert attach(record, carrier) is carrier
    assert answer.call is record
    describe_answer(record, SimpleNamespace(response=SimpleNamespace(model="other")))
    assert record.model == "other"


def test_stream_without_measured_gaps_records_its_first_token() -> None:
    record = call(streamed=True)
    token_came(record, 101.0)
    first_token_came(record)

    assert (record.timing.first_token, record.token_gaps) == (1.0, ())


class Machine(StreamMachine[Any, Any]):
    def receive(self, texts: list[Any]) -> list[Any]:
        return texts

    def partial(self) -> None:
        return None


def test_stream_without_texts_has_no_deltas() -> None:
    record = describe_stream(call(), Machine())

    assert (record.output_tokens, record.finish_reasons, record.usage) == (None, (), None)
    describe_answer(record, True)
    assert record.model == "m"
