"""The base class of observers, and the validation of the client's keywords."""

from typing import Any

import pytest

from tests.test_record import call
from vllm_client.errors import ApiError, RequestError
from vllm_client.telemetry.observer import Observer, Observers


class Gaps(Observer):
    wants_token_gaps = True


def test_an_observer_does_nothing_by_itself() -> None:
    observer, record = Observer(), call(_request_id="1")

    observer.started(record)
    assert observer.attempt(record, record.attempts[0]) is None
    observer.retrying(record, ApiError("busy", 503), 1.0)
    observer.first_token(record)
    observer.ended(record)


def test_without_keywords_there_are_no_observers() -> None:
    assert Observers.of([], False) is None


def test_timing_is_on_if_the_caller_or_an_observer_asks() -> None:
    plain, gaps = Observer(), Gaps()

    assert Observers.of([], True) == Observers((), True)
    assert Observers.of([plain], False) == Observers((plain,), False)
    assert Observers.of(iter([plain, gaps]), False) == Observers((plain, gaps), True)


@pytest.mark.parametrize(
    ("observers", "timing", "problem"),
    [
        ([Observer], False, "observers: expected Observers, got type"),
        (["log"], False, "observers: expected Observers, got str"),
        ([], 1, "timing: expected True or False, got 1"),
    ],
)
def test_other_values_are_rejected(observers: list[Any], timing: Any, problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        Observers.of(observers, timing)
