"""The attempts of one call, with reported outcomes."""

import pickle
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from vllm_client import record
from vllm_client.call.attempts import Attempts
from vllm_client.call.request import Attempt, RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.call.retry import NO_RETRY, Clock, RetryPolicy
from vllm_client.call.server_errors import error_of_response
from vllm_client.errors import ApiError, HttpError, IoError, IoTimeout, VllmError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers
from vllm_client.http.secrets import Secrets
from vllm_client.http.timeouts import Timeout
from vllm_client.status_errors import (
    BadRequestError,
    InternalServerError,
    RateLimitError,
    ServerUnavailableError,
)
from vllm_client.vllm.routes import CHAT_COMPLETIONS

SECRETS = Secrets(("Bearer sk-sesame", "sk-sesame"))

SPEC: RequestSpec[Any] = RequestSpec(
    route=CHAT_COMPLETIONS,
    server=BaseUrl.parse("http://h:8000"),
    target="/v1/chat/completions?a=b",
    path="/v1/chat/completions",
    headers=(("authorization", "Bearer sk-sesame"),),
    body=b"{}",
    read=lambda reply: reply,
    timeout=Timeout(),
    retry=RetryPolicy(),
    secrets=SECRETS,
)


def reply(status: int, body: bytes = b"", **headers: str) -> HttpResponse:
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return HttpResponse(status, Headers(fields), body)


GOOD = reply(200, b"{}")
BUSY = reply(503)


def lost(*, arrived: bool = True, in_pool: bool = False) -> IoError:
    error = IoError("the connection was lost")
    error.may_have_arrived = arrived
    error.died_in_pool = in_pool
    return error


REFUSED = "refused"  # no connection, so nothing arrived
RESET = "reset"
POOL = "died in the pool"

ERRORS: dict[str, Callable[[], IoError]] = {
    REFUSED: lambda: lost(arrived=False),
    RESET: lost,
    POOL: lambda: lost(in_pool=True),
}


class Call:
    """A call with a virtual clock and a random source that always returns 0.5."""

    def __init__(self, spec: RequestSpec[Any] = SPEC, **changes: Any) -> None:
        self.now = 1000.0
        self.date = 0.0
        clock = Clock(lambda: self.now, lambda: self.date, lambda: 0.5)
        self._spec = attrs.evolve(spec, **changes)
        self._flow = Attempts(self._spec, clock, record.Call(self._spec, self.now))
        self.attempts: list[Attempt[Any]] = [self._flow.first()]
        self.answer: object = None

    @property
    def attempt(self) -> Attempt[Any]:
        return self.attempts[-1]

    def tell(self, outcome: object, took: float = 0.0) -> Attempt[Any] | None:
        """Report the outcome of an attempt that took `took` seconds.

        Returns:
            The next attempt; None if the call has ended.
        """
        self.now += self.attempt.wait + took
        error = outcome
        refused = isinstance(outcome, HttpResponse) and outcome.status >= 300
        if refused and outcome.status not in self._spec.expected:
            error = error_of_response(outcome, self._spec, self.date)
        if not isinstance(error, VllmError):
            self.answer = outcome
            return None
        self.attempts.append(self._flow.after(error))
        return self.attempt

    def fails(self, outcome: object, took: float = 0.0) -> VllmError:
        """Report an outcome that ends the call; return the error of the call."""
        with pytest.raises(VllmError) as caught:
            self.tell(outcome, took)
        return caught.value


def test_an_expected_status_is_an_answer_and_never_retried() -> None:
    assert run(BUSY, expected=frozenset({503})) == ([(0, False)], BUSY)
    assert run(reply(500), expected=frozenset({503}))[1] is InternalServerError


def run(*outcomes: str | HttpResponse, **changes: Any) -> tuple[list[tuple[float, bool]], object]:
    """Return the (wait, fresh) of each attempt, and the answer or the class of the error."""
    call = Call(**changes)
    try:
        for outcome in outcomes:
            told = ERRORS[outcome]() if isinstance(outcome, str) else outcome
            if call.tell(told) is None:
                break
        end = call.answer
    except VllmError as error:
        end = type(error)
    return [(attempt.wait, attempt.fresh) for attempt in call.attempts], end


ANY, FRESH = False, True


@pytest.mark.parametrize(
    ("outcomes", "attempts", "end"),
    [
        ([GOOD], [(0, ANY)], GOOD),
        ([BUSY, GOOD], [(0, ANY), (0.1, ANY)], GOOD),
        ([RESET, GOOD], [(0, ANY), (0.1, ANY)], GOOD),
        ([REFUSED, GOOD], [(0, ANY), (0.1, ANY)], GOOD),
        ([POOL, GOOD], [(0, ANY), (0, FRESH)], GOOD),
        ([POOL, POOL, GOOD], [(0, ANY), (0, FRESH), (0.1, FRESH)], GOOD),
        ([BUSY, POOL, GOOD], [(0, ANY), (0.1, ANY), (0, FRESH)], GOOD),
        ([reply(204)], [(0, ANY)], reply(204)),
        ([reply(400)], [(0, ANY)], BadRequestError),
        ([reply(307, location="/there")], [(0, ANY)], HttpError),
        ([BUSY] * 4, [(0, ANY), (0.1, ANY), (0.2, ANY), (0.4, ANY)], ServerUnavailableError),
        ([RESET] * 4, [(0, ANY), (0.1, ANY), (0.2, ANY), (0.4, ANY)], IoError),
        # the dead pooled connection was not counted
        (
            [POOL, *[RESET] * 4],
            [(0, ANY), (0, FRESH), (0.1, FRESH), (0.2, FRESH), (0.4, FRESH)],
            IoError,
        ),
    ],
)
def test_attempts_follow_the_retry_policy(
    outcomes: list[Any], attempts: list[tuple[float, bool]], end: object
) -> None:
    assert run(*outcomes) == (attempts, end)


@pytest.mark.parametrize(
    ("outcomes", "attempts", "end"),
    [
        ([RESET], [(0, ANY)], IoError),
        ([REFUSED], [(0, ANY)], IoError),
        ([BUSY], [(0, ANY)], ServerUnavailableError),
        # not a retry of the policy: the request was not sent yet
        ([POOL, GOOD], [(0, ANY), (0, FRESH)], GOOD),
        ([POOL, POOL], [(0, ANY), (0, FRESH)], IoError),
    ],
)
def test_without_retries_only_a_dead_pooled_connection_is_replaced(
    outcomes: list[Any], attempts: list[tuple[float, bool]], end: object
) -> None:
    assert run(*outcomes, retry=NO_RETRY) == (attempts, end)


@pytest.mark.parametrize(
    ("outcomes", "attempts", "end"),
    [
        ([GOOD], [(0, FRESH)], GOOD),
        ([REFUSED, GOOD], [(0, FRESH), (0.1, FRESH)], GOOD),
        ([RESET], [(0, FRESH)], IoError),
        ([POOL], [(0, FRESH)], IoError),
        ([BUSY], [(0, FRESH)], ServerUnavailableError),
        ([reply(429, retry_after="0")], [(0, FRESH)], RateLimitError),
        ([REFUSED, RESET], [(0, FRESH), (0.1, FRESH)], IoError),
    ],
)
def test_control_call_that_may_have_arrived_is_never_sent_again(
    outcomes: list[Any], attempts: list[tuple[float, bool]], end: object
) -> None:
    assert run(*outcomes, replayable=False) == (attempts, end)


@settings(deadline=None)
@given(st.lists(st.sampled_from([REFUSED, RESET, POOL, BUSY, GOOD]), min_size=8, max_size=8))
def test_control_call_arrives_at_most_once(outcomes: list[Any]) -> None:
    attempts, _ = run(*outcomes, replayable=False, retry=RetryPolicy(max_retries=9))

    assert all(outcome == REFUSED for outcome in outcomes[: len(attempts) - 1])
    assert all(fresh for _, fresh in attempts)


def test_outcome_that_is_neither_error_nor_response_is_an_open_stream() -> None:
    call, stream = Call(), object()

    assert call.tell(stream) is None
    assert call.answer is stream


def test_timeout_of_the_response_is_not_retried() -> None:
    assert isinstance(Call().fails(IoTimeout("slow", "token", 600.0)), IoTimeout)


def test_retry_after_in_seconds_is_followed() -> None:
    attempt = Call().tell(reply(503, retry_after="3"))

    assert attempt is not None
    assert attempt.wait == 3.0


def test_retry_after_as_a_date_is_followed() -> None:
    call = Call()
    call.date = 784_111_777.0 - 4
    attempt = call.tell(reply(429, retry_after="Sun, 06 Nov 1994 08:49:37 GMT"))

    assert attempt is not None
    assert attempt.wait == 4.0


def test_retry_after_above_max_wait_ends_the_attempts_at_once() -> None:
    error = Call().fails(reply(429, retry_after="11"))

    assert isinstance(error, ApiError)
    assert error.retry_after == 11.0


def test_no_attempt_begins_beyond_the_budget() -> None:
    call = Call(retry=RetryPolicy(max_retries=99, budget=5))

    assert call.tell(BUSY, took=2) is not None
    assert call.tell(BUSY, took=2) is not None
    call.fails(BUSY, took=1)


def test_no_attempt_begins_beyond_the_total_timeout() -> None:
    call = Call(timeout=Timeout(total=5), retry=RetryPolicy(max_retries=99))

    assert call.tell(BUSY, took=4) is not None
    error = call.fails(BUSY, took=0.9)

    assert isinstance(error, ApiError)


def test_each_attempt_has_a_new_id_and_the_error_has_all_of_them() -> None:
    call = Call()
    call.tell(BUSY)
    call.tell(lost(in_pool=True))
    error = call.fails(reply(400))

    ids = tuple(attempt.request_id for attempt in call.attempts)
    assert len(set(ids)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", request_id) for request_id in ids)
    assert error.request_ids == ids
    assert error.request_id == ids[-1]
    assert ("x-request-id", ids[-1]) in call.attempt.headers
    assert "3 attempts" in str(error)


def test_request_id_of_the_caller_is_kept() -> None:
    call = Call(request_id="mine")
    call.tell(BUSY)
    error = call.fails(reply(400))

    assert [attempt.request_id for attempt in call.attempts] == ["mine", "mine"]
    assert error.request_ids == ("mine", "mine")


def test_error_names_its_request() -> None:
    error = Call(request_id="7").fails(reply(404, b'{"error":{"message":"no model"}}'))

    assert (error.method, error.path) == ("POST", "/v1/chat/completions")
    assert str(error) == "404: no model (POST /v1/chat/completions, request id 7)"


ECHO = b'{"error":{"message":"key sk-sesame","type":"sk-sesame","param":"Bearer sk-sesame"}}'


@pytest.mark.parametrize(
    "outcome",
    [
        reply(401, ECHO),
        reply(500, b"<html>Authorization: Bearer sk-sesame</html>"),
        reply(302, location="http://sk-sesame@there"),
        IoError("no header Bearer sk-sesame"),
        IoTimeout("sk-sesame too slow", "token", 600.0),
        HttpError("the answer is not HTTP: b'sk-sesame'"),
    ],
)
def test_secrets_in_the_server_s_message_are_hidden_in_the_error(outcome: object) -> None:
    error = Call(retry=NO_RETRY).fails(outcome)

    for shown in (str(error), repr(error), error.message, error.args, vars(error)):
        assert "sesame" not in str(shown)
    assert "***" in str(error)
    assert b"sesame" not in pickle.dumps(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_error_for_a_missing_route_says_which_servers_have_it() -> None:
    error = Call(path="/sleep").fails(reply(404, b'{"detail":"Not Found"}'))

    assert "vLLM 0.33 has it in dev mode" in str(error)
