"""The observers of a call are called in order, and their errors do not affect it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.call.test_attempts import SPEC
from vllm_client.call.attempts import Attempts
from vllm_client.call.retry import Clock
from vllm_client.errors import ApiError, VllmError
from vllm_client.http.headers import Headers
from vllm_client.record import Call, CallAttempt
from vllm_client.telemetry import watch as module
from vllm_client.telemetry.observer import Observer, Observers
from vllm_client.telemetry.watch import Watch, watch, watch_retry

CLOCK = Clock(lambda: 100.0, lambda: 0.0, lambda: 0.5)


@pytest.fixture(autouse=True)
def forget_calls() -> Iterator[None]:
    """Forget unfinished calls, which would otherwise be ended when the test run exits."""
    yield
    module.OBSERVED.clear()


class Diary(Observer):
    """An observer that records its events under a name."""

    def __init__(self, name: str = "", notes: list[str] | None = None, **headers: str) -> None:
        self.name = name
        self.notes = [] if notes is None else notes
        self.headers = {key.replace("_", "-"): value for key, value in headers.items()}

    def started(self, call: Call) -> None:
        self.note("started")

    def attempt(self, call: Call, attempt: CallAttempt) -> Mapping[str, str] | None:
        self.note(f"attempt {len(call.attempts)}")
        return self.headers

    def retrying(self, call: Call, error: VllmError, wait: float) -> None:
        self.note(f"retrying after {error.message} in {wait}")

    def first_token(self, call: Call) -> None:
        self.note("first_token")

    def ended(self, call: Call) -> None:
        self.note("ended")

    def note(self, event: str) -> None:
        self.notes.append(f"{self.name} {event}".strip())


class Faulty(Observer):
    """An observer whose methods all raise an error."""

    def started(self, call: Call) -> None:
        raise ValueError("started")

    def attempt(self, call: Call, attempt: CallAttempt) -> None:
        raise ValueError("attempt")

    def ended(self, call: Call) -> None:
        raise ValueError("ended")


def attempts_of(*observers: Observer) -> Attempts[Any]:
    call = Call(SPEC, 99.0)
    watch(call, Observers(observers, False))
    return Attempts(SPEC, CLOCK, call)


def watch_of(attempts: Attempts[Any]) -> Watch:
    found: Watch = attempts.first().call._watch
    return found


def test_observers_are_called_in_order_with_each_event() -> None:
    notes: list[str] = []
    attempts = attempts_of(Diary("a", notes), Diary("b", notes))
    watched = watch_of(attempts)
    watched.attempt(attempts, attempts.first())
    following = attempts.after(ApiError("busy", 503))
    watch_retry(following, ApiError("busy", 503))
    watched.attempt(attempts, following)
    watched.first_token()
    watched.ended()

    events = ["started", "attempt 1", "retrying after busy in 0.1", "attempt 2", "first_token"]
    assert notes == [f"{who} {event}" for event in [*events, "ended"] for who in "ab"]


def test_observers_are_notified_once_of_an_attempt() -> None:
    diary = Diary()
    attempts = attempts_of(diary)
    first = watch_of(attempts).attempt(attempts, attempts.first())

    assert watch_of(attempts).attempt(attempts, first) is first
    assert diary.notes == ["started", "attempt 1"]


def test_observers_are_notified_once_of_the_end() -> None:
    diary = Diary()
    watched = watch_of(attempts_of(diary))
    for _ in range(3):
        watched.ended()

    assert diary.notes == ["started", "ended"]


def test_headers_of_observers_are_sent_and_the_later_observer_wins() -> None:
    attempts = attempts_of(Diary(traceparent="1", x_a="a"), Diary(traceparent="2"), Faulty())
    first = watch_of(attempts).attempt(attempts, attempts.first())

    assert first.headers[:-1] == (*SPEC.headers, ("traceparent", "2"), ("x-a", "a"))
    assert first.headers[-1] == ("x-request-id", first.request_id)
    assert attempts.first() is first


def test_next_attempt_has_its_own_headers() -> None:
    attempts = attempts_of(Diary(traceparent="1"))
    watch_of(attempts).attempt(attempts, attempts.first())

    assert "traceparent" not in dict(attempts.after(ApiError("busy", 503)).headers)


def test_secrets_among_added_headers_are_kept_out_of_errors() -> None:
    attempts = attempts_of(Diary(x_auth_token="token-0123456789"))
    watch_of(attempts).attempt(attempts, attempts.first())
    with pytest.raises(ApiError) as caught:
        attempts.after(ApiError("neither token-0123456789 nor: sk-sesame", 401))

    assert "token-0" not in caught.value.message
    assert "sesame" not in caught.value.message


def test_secrets_among_added_headers_are_kept_out_of_the_record_and_of_later_errors() -> None:
    diary = Diary(x_auth_token="token-0123456789")
    attempts = attempts_of(diary)
    call = watch_of(attempts).attempt(attempts, attempts.first()).call
    diary.headers = {}
    watch_of(attempts).attempt(attempts, attempts.after(ApiError("busy", 503)))
    with pytest.raises(ApiError) as caught:
        attempts.after(ApiError("not token-0123456789", 401))
    call._headers = Headers([("x-sent", "token-0123456789")])

    assert caught.value.message == "not ***"
    assert dict(call.headers) == {"x-sent": "***"}


@pytest.mark.parametrize("headers", [{"x-request-id": "9"}, {"Host": "there"}, {}])
def test_headers_set_by_the_client_cannot_be_replaced(headers: dict[str, str]) -> None:
    attempts = attempts_of(Diary(**headers))
    before = attempts.first()

    assert watch_of(attempts).attempt(attempts, before).headers == before.headers


def test_headers_that_cannot_be_sent_are_logged_and_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    attempts = attempts_of(Diary(x_a="a\r\nb"))
    before = attempts.first()

    assert watch_of(attempts).attempt(attempts, before) is before
    assert "an observer failed" in caplog.text


def test_failing_observer_is_logged_and_others_are_notified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    diary = Diary()
    attempts = attempts_of(Faulty(), diary)
    watch_of(attempts).attempt(attempts, attempts.first())
    watch_of(attempts).ended()

    assert diary.notes == ["started", "attempt 1", "ended"]
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3
    assert "an observer failed: Faulty.started" in caplog.text


class Interrupted(Diary):
    """An observer whose methods are all interrupted, as by Ctrl-C."""

    def note(self, event: str) -> None:
        super().note(event)
        raise KeyboardInterrupt


def test_interrupt_at_the_end_is_raised_and_each_observer_is_notified_once() -> None:
    class Late(Interrupted):
        def started(self, call: Call) -> None:
            pass

    notes: list[str] = []
    watched = watch_of(attempts_of(Diary("a", notes), Late("b", notes), Diary("c", notes)))
    with pytest.raises(KeyboardInterrupt):
        watched.ended()
    watched.ended()

    assert notes == ["a started", "c started", "a ended", "b ended", "c ended"]


def test_observer_not_notified_of_the_start_is_not_notified_of_the_end() -> None:
    notes: list[str] = []
    call = Call(SPEC, 0.0)
    with pytest.raises(KeyboardInterrupt):
        watch(call, Observers((Interrupted("a", notes), Diary("b", notes)), False))
    with pytest.raises(KeyboardInterrupt):
        call._watch.ended()

    assert notes == ["a started", "a ended"]


def test_call_at_program_exit_is_abandoned_once_with_its_data_so_far() -> None:
    diary = Diary()
    watched = watch_of(attempts_of(diary))
    watched.describe = lambda: diary.note("described")
    assert watched in module.OBSERVED
    watched.abandon(105.0)
    watched.ended()

    assert diary.notes == ["started", "described", "ended"]
    assert (watched.call.state, watched.call.timing.total) == ("abandoned", 6.0)
    assert watched not in module.OBSERVED


def test_call_without_observers_and_log_is_not_watched() -> None:
    call = Call(SPEC, 0.0)
    watch(call, None)
    assert call._watch is None
    watch(call, Observers((), True))
    assert (call._watch, call.token_gaps, call._gaps) == (None, (), call._gaps)
    assert call._gaps is not None


def test_retry_of_an_unwatched_call_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "vllm_client")
    attempts = Attempts(SPEC, CLOCK, Call(SPEC, 100.0))
    error = ApiError("busy", 503)
    following = attempts.after(error)
    for _ in range(2):
        watch_retry(following, error)

    assert len(caplog.records) == 2


def test_a_stream_collected_by_its_own_thread_ends_at_once() -> None:
    diary = Diary()
    watch_of(attempts_of(diary)).ended_by_collection(here=True)

    assert diary.notes == ["started", "ended"]


def test_a_stream_collected_elsewhere_ends_with_the_next_call() -> None:
    diary = Diary()
    watch_of(attempts_of(diary)).ended_by_collection(here=False)
    assert diary.notes == ["started"]
    attempts_of()

    assert diary.notes == ["started", "ended"]
    assert module._left == []


def test_a_stream_collected_while_an_observer_works_ends_after_it() -> None:
    notes: list[str] = []
    collected = watch_of(attempts_of(Diary("collected", notes)))

    class Collecting(Diary):
        def ended(self, call: Call) -> None:
            collected.ended_by_collection(here=True)
            self.note("ended")

    watch_of(attempts_of(Collecting("collecting", notes))).ended()

    assert notes[-2:] == ["collecting ended", "collected ended"]


def test_feed_is_returned_unchanged_when_bodies_are_not_logged() -> None:
    watched = watch_of(attempts_of(Diary()))
    feed: Callable[[bytes], list[Any]] = lambda data: [data]  # noqa: E731

    assert watched.logging_feed(SPEC, feed) is feed
    watched.log_answer(SPEC, b"{}")
