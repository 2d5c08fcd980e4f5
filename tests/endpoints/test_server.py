"""Questions about the server itself, and what the answers tell."""

import pytest

from tests.decoding import SETTINGS
from tests.recordings import load
from vllm_client.endpoints.server import (
    LOOK_SECONDS,
    QUESTIONS,
    Readiness,
    build_health,
    build_look,
    build_version,
    is_no_answer,
    look_options,
    readiness_of,
)
from vllm_client.errors import (
    ApiError,
    HttpError,
    IoError,
    IoTimeout,
    ParseError,
    RequestError,
    VllmError,
)
from vllm_client.headers import Headers
from vllm_client.request import Reply
from vllm_client.retry import NO_RETRY, RetryPolicy
from vllm_client.settings import BaseUrl, Settings
from vllm_client.timeout import Timeout

BELOW = Settings(BaseUrl.parse("http://server/llm/v1"))


def lasting() -> IoError:
    """No connection, and none later: a certificate that is not trusted, say."""
    error = IoError("untrusted")
    error.retryable = False
    return error


def reply(body: bytes) -> Reply:
    return Reply(200, Headers(), body)


def test_questions_about_the_server_go_to_its_root() -> None:
    specs = [
        build_health(BELOW, {}),
        build_version(BELOW, {}),
        build_look(BELOW, 1),
        *(question(BELOW, look_options(60)) for question in QUESTIONS),
    ]

    assert [(spec.method, spec.target, spec.body) for spec in specs] == [
        ("GET", "/llm/health", b""),
        ("GET", "/llm/version", b""),
        ("GET", "/llm/health", b""),
        ("GET", "/llm/is_sleeping", b""),
        ("GET", "/llm/is_paused", b""),
    ]


def test_health_is_true_whatever_a_good_answer_says() -> None:
    assert build_health(SETTINGS, {}).read(reply(b"")) is True


def test_health_is_not_asked_again_unless_the_call_says_so() -> None:
    assert build_health(SETTINGS, {}).retry == NO_RETRY
    assert build_health(SETTINGS, {"retry": RetryPolicy()}).retry == RetryPolicy()
    assert build_version(SETTINGS, {}).retry == SETTINGS.retry


def test_the_version_is_read() -> None:
    body = load("chat", "get_version").body

    assert build_version(SETTINGS, {}).read(reply(body)) == "0.32.0"
    with pytest.raises(ParseError) as caught:
        build_version(SETTINGS, {}).read(reply(b'{"version": 5}'))
    assert caught.value.where == "$.version"


@pytest.mark.parametrize(
    ("left", "seconds"), [(60, LOOK_SECONDS), (1.5, 1.5), (0, 0.05), (-3, 0.05)]
)
def test_a_look_takes_no_longer_than_there_is_time(left: float, seconds: float) -> None:
    assert build_look(SETTINGS, left).timeout == Timeout(total=seconds)


@pytest.mark.parametrize(
    ("failure", "readiness"),
    [
        (None, Readiness.READY),
        (IoError("refused"), Readiness.ABSENT),
        (IoTimeout("slow", "connect", 5), Readiness.ABSENT),
        (ApiError("dead", 503), Readiness.NOT_READY),
        (HttpError("garbage"), Readiness.NOT_READY),
    ],
    ids=repr,
)
def test_a_look_tells_absent_not_ready_and_ready_apart(
    failure: VllmError | None, readiness: Readiness
) -> None:
    assert readiness_of(failure) is readiness


@pytest.mark.parametrize("error", [RequestError("closed"), lasting()], ids=repr)
def test_what_waiting_cannot_mend_is_raised(error: VllmError) -> None:
    with pytest.raises(type(error)) as caught:
        readiness_of(error)

    assert caught.value is error


def test_only_ready_is_true() -> None:
    assert [one for one in Readiness if one] == [Readiness.READY]
    assert str(Readiness.NOT_READY) == "not ready"


def test_a_dev_mode_server_is_asked_once_each_whether_it_sleeps_or_is_paused() -> None:
    for question in QUESTIONS:
        spec = question(SETTINGS, look_options(60))
        assert (spec.retry, spec.timeout) == (NO_RETRY, Timeout(total=LOOK_SECONDS))


@pytest.mark.parametrize("code", [401, 403, 404, 405])
def test_a_server_that_lacks_the_route_gives_no_answer(code: int) -> None:
    assert is_no_answer(ApiError("x", code))


@pytest.mark.parametrize("error", [ApiError("x", 500), IoError("x"), RequestError("x")], ids=repr)
def test_another_failure_is_a_failure(error: VllmError) -> None:
    assert not is_no_answer(error)
