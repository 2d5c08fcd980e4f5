"""Retry decisions, without a clock."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from math import inf, nan
from typing import Any, Literal

import attrs
import pytest
from hypothesis import example, given, settings, strategies as st

from vllm_client.call.retry import (
    NO_RETRY,
    RETRIED,
    Progress,
    Retry,
    RetryPolicy,
    decide_retry,
    is_retryable,
    retry_after,
)
from vllm_client.errors import (
    ApiError,
    HttpError,
    IoError,
    IoTimeout,
    ParseError,
    RequestError,
    StreamError,
    StreamTimeout,
    VllmError,
)

LOST = IoError("reset")
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def api_error(status: int, seconds: float | None = None) -> ApiError:
    error = ApiError("no", status)
    error.retry_after = seconds
    return error


RETRYABLE = [LOST, IoTimeout("slow", "connect", 10), *map(api_error, (429, 502, 503, 504))]

FINAL = [
    *map(api_error, (400, 401, 404, 408, 409, 500, 501, 505)),
    IoTimeout("slow", "token", 600),
    IoTimeout("slow", "idle", 120),
    IoTimeout("slow", "total", 60),
    StreamTimeout("silent", "token", 600),
    StreamError("cut"),
    HttpError("garbage"),
    ParseError("no JSON"),
    RequestError("closed"),
    VllmError("?"),
]


def stream_error(*, begun: bool, failure: Literal["cut"] | None) -> StreamError:
    error = StreamError("broken")
    error.begun, error.failure = begun, failure
    return error


def io_error(failure: Literal["refused", "no_address", "tls", "lost"]) -> IoError:
    error = IoError("no answer")
    error.failure = failure
    return error


class GatewayError(ApiError):
    """A subclass without its own entry in the table."""


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (VllmError("x"), False),
        (RequestError("x"), False),
        (IoError("x"), True),
        (io_error("refused"), True),
        (io_error("no_address"), False),
        (io_error("lost"), True),
        (io_error("tls"), False),
        (IoTimeout("x", "connect", 10), True),
        (IoTimeout("x", "queue", 5), True),
        (IoTimeout("x", "token", 600), False),
        (IoTimeout("x", "idle", 120), False),
        (IoTimeout("x", "total", 60), False),
        (HttpError("x"), False),
        (ApiError("x", 400), False),
        (ApiError("x", 404), False),
        (ApiError("x", 429), True),
        (ApiError("x", 500), False),
        (ApiError("x", 502), True),
        (ApiError("x", 503), True),
        (ApiError("x", 504), True),
        (GatewayError("x", 503), True),
        (GatewayError("x", 500), False),
        (StreamError("x"), False),
        (stream_error(begun=False, failure="cut"), True),
        (stream_error(begun=True, failure="cut"), False),
        (stream_error(begun=False, failure=None), False),
        (StreamTimeout("x", "token", 600), False),
        (StreamTimeout("x", "idle", 120), False),
        (ParseError("x"), False),
    ],
    ids=repr,
)
def test_attributes_of_an_error_determine_whether_it_is_retryable(
    error: VllmError, retryable: bool
) -> None:
    assert is_retryable(error) is retryable


def test_keys_of_the_table_are_error_classes() -> None:
    assert set(RETRIED) == {IoError, IoTimeout, ApiError, StreamError, StreamTimeout}


@pytest.mark.parametrize("error", RETRYABLE, ids=repr)
def test_retryable_errors_are_retried(error: VllmError) -> None:
    assert RetryPolicy().next_wait(error, 1, 0.0, 0.5) == 0.1


@pytest.mark.parametrize("error", FINAL, ids=repr)
def test_other_errors_are_not_retried(error: VllmError) -> None:
    assert RetryPolicy().next_wait(error, 1, 0.0, 0.5) is None


@pytest.mark.parametrize("error", [*RETRYABLE, *FINAL], ids=repr)
def test_no_retry_never_retries(error: VllmError) -> None:
    assert NO_RETRY.next_wait(error, 1, 0.0, 0.0) is None


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (IoTimeout("slow", "token", 600), True),
        (IoTimeout("slow", "idle", 120), True),
        (StreamTimeout("slow", "token", 600), True),
        (IoTimeout("slow", "connect", 10), True),
        (IoTimeout("slow", "total", 60), False),
        (api_error(400), False),
    ],
    ids=repr,
)
def test_read_timeout_is_retried_on_request(error: VllmError, again: bool) -> None:
    wait = RetryPolicy(read_timeouts=True).next_wait(error, 1, 0.0, 0.5)

    assert (wait == 0.1) is again


@pytest.mark.parametrize(
    ("tries", "random", "wait"),
    [
        (1, 0.0, 0.0),
        (1, 0.5, 0.1),
        (2, 0.5, 0.2),
        (3, 0.5, 0.4),
        (6, 0.5, 3.2),
        (7, 0.5, 5.0),
        (100, 0.5, 5.0),
        (10_000, 0.5, 5.0),
    ],
)
def test_wait_is_a_random_share_of_a_limit_that_doubles_up_to_max_wait(
    tries: int, random: float, wait: float
) -> None:
    policy = RetryPolicy(max_retries=100_000)

    assert policy.next_wait(LOST, tries, 0.0, random) == pytest.approx(wait)


@pytest.mark.parametrize(("max_retries", "tries"), [(0, 1), (1, 2), (3, 4)])
def test_number_of_retries_is_limited(max_retries: int, tries: int) -> None:
    policy = RetryPolicy(max_retries=max_retries)

    assert policy.next_wait(LOST, tries, 0.0, 0.0) is None
    if max_retries:
        assert policy.next_wait(LOST, tries - 1, 0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("asked", "elapsed", "wait"),
    [
        (0.0, 0.0, 0.0),
        (2.0, 0.0, 2.0),
        (10.0, 50.0, 10.0),
        (10.1, 0.0, None),  # longer than max_wait
        (10.0, 50.1, None),  # beyond the budget
        (None, 59.95, None),
        (None, 59.85, 0.1),
    ],
)
def test_retry_after_replaces_the_wait_within_the_limits(
    asked: float | None, elapsed: float, wait: float | None
) -> None:
    assert RetryPolicy().next_wait(api_error(503, asked), 1, elapsed, 0.5) == wait


def test_retry_after_does_not_make_an_error_retryable() -> None:
    assert RetryPolicy().next_wait(api_error(400, 1.0), 1, 0.0, 0.5) is None


@given(
    st.builds(
        RetryPolicy,
        max_retries=st.integers(0, 10),
        first_wait=st.floats(0, 100),
        max_wait=st.floats(0, 100),
        budget=st.floats(0, 1000),
    ),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.floats(0, 200),
)
def test_waits_never_exceed_the_limits_of_the_policy(
    policy: RetryPolicy, random: float, asked: float | None
) -> None:
    waits = list(_waits(policy, random, asked))

    assert len(waits) <= policy.max_retries
    assert all(0 <= wait <= policy.max_wait for wait in waits)
    assert sum(waits) <= policy.budget + 1e-6


def _waits(policy: RetryPolicy, random: float, asked: float | None) -> Iterator[float]:
    """Return the waits of a call whose attempts all fail."""
    elapsed, tries = 0.0, 1
    while (wait := policy.next_wait(api_error(503, asked), tries, elapsed, random)) is not None:
        yield wait
        elapsed += wait
        tries += 1


def test_a_policy_is_a_value() -> None:
    assert RetryPolicy(max_retries=0) == NO_RETRY
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        NO_RETRY.max_retries = 3  # type: ignore[misc]  # this is tested


@pytest.mark.parametrize("name", ["max_retries", "first_wait", "max_wait", "budget"])
@pytest.mark.parametrize("value", [-1, -0.1, nan, None, "3", True, 10**400])
def test_invalid_limits_are_rejected(name: str, value: Any) -> None:
    with pytest.raises(RequestError, match=f"RetryPolicy.{name}: expected 0 or more"):
        RetryPolicy(**{name: value})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("9" * 400, 999_999_999.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),  # RFC 850's
        ("Sun Mar  1 12:00:30 2026", 30.0),  # asctime's, which is GMT as well
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("", None),
        ("1.5", None),
        ("-5", None),
        ("soon", None),
        ("1, 2", None),
        ("٣", None),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
        ("Sun, 01 Mar 2026 12:00:30 +99999999999999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOON.timestamp()) == seconds


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_from_greenwich")
@pytest.mark.parametrize("value", ["Sun Mar  1 12:00:30 2026", "Sun, 01 Mar 2026 12:00:30 -0000"])
def test_date_without_a_time_zone_is_utc(value: str) -> None:
    assert retry_after(value, NOON.timestamp()) == 30.0


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - they are UTC
def test_any_http_date_is_parsed_to_the_second(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)

    seconds = retry_after(format_datetime(moment, usegmt=True), 0.0)

    assert seconds == moment.timestamp()


@settings(deadline=None, max_examples=500)
@given(st.text() | st.text("0123456789:,-+ GMTSunMar"))
@example("0 0 0 0 0 0")
def test_any_retry_after_is_a_number_or_none(value: str) -> None:
    seconds = retry_after(value, NOON.timestamp())

    assert seconds is None or 0 <= seconds < inf


FIRST = Progress(
    tries=1, refusals=0, elapsed=0.0, total=None, replayable=True, fresh=False, random=0.5
)


def io_error_of(*, arrived: bool = True, in_pool: bool = False) -> IoError:
    error = IoError("lost")
    error.may_have_arrived, error.died_in_pool = arrived, in_pool
    return error


REFUSED = io_error("refused")
REFUSED.may_have_arrived = False


def test_refused_connection_is_not_retried_without_retries() -> None:
    assert decide_retry(REFUSED, NO_RETRY, attrs.evolve(FIRST, refusals=1)) is None


@pytest.mark.parametrize("clock", ["queue", "total"])
def test_timeout_in_the_queue_is_retryable_but_the_call_is_not_retried(clock: str) -> None:
    late = IoTimeout("x", clock, 60)
    late.may_have_arrived = False

    assert is_retryable(late)
    assert decide_retry(late, RetryPolicy(), FIRST) is None


@pytest.mark.parametrize(
    ("error", "progress", "retry"),
    [
        (io_error_of(), {}, Retry(0.1)),
        (io_error_of(in_pool=True), {}, Retry(0.0, fresh=True, counts=False)),
        (io_error_of(in_pool=True), {"fresh": True}, Retry(0.1)),
        (io_error_of(), {"replayable": False, "fresh": True}, None),
        (io_error_of(arrived=False), {"replayable": False, "fresh": True}, Retry(0.1)),
        (ApiError("busy", 503), {"replayable": False, "fresh": True}, None),
        (io_error_of(), {"tries": 4}, None),
        (io_error_of(), {"elapsed": 59.95}, None),
        (io_error_of(), {"total": 5.0, "elapsed": 4.8}, Retry(0.1)),
        (io_error_of(), {"total": 5.0, "elapsed": 4.9}, None),
        (REFUSED, {"refusals": 1}, Retry(0.1, counts=False)),
        (REFUSED, {"refusals": 9, "tries": 4}, Retry(5.0, counts=False)),
        (REFUSED, {"refusals": 9, "elapsed": 58.0}, Retry(2.0, counts=False)),
        (REFUSED, {"refusals": 9, "elapsed": 60.0}, None),
        (REFUSED, {"refusals": 9, "elapsed": 58.0, "total": 59.0}, None),
        (REFUSED, {"refusals": 1, "replayable": False}, Retry(0.1, counts=False)),
        (IoTimeout("x", "queue", 5), {}, None),
        (IoTimeout("x", "total", 5), {}, None),
    ],
)
def test_error_and_progress_determine_the_next_attempt(
    error: VllmError, progress: dict[str, Any], retry: Retry | None
) -> None:
    assert decide_retry(error, RetryPolicy(), attrs.evolve(FIRST, **progress)) == retry
