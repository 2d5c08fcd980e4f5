"""Test calls for the status of a server, and how their answers are interpreted."""

import json
from math import inf
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from tests.recordings import load
from vllm_client.api.server.metrics import Metrics
from vllm_client.api.server.status import (
    HEALTH,
    LOAD,
    LOOK,
    LOOK_SECONDS,
    METRICS,
    PING,
    QUESTIONS,
    SERVER_INFO,
    VERSION,
    VERSION_SECONDS,
    Readiness,
    ServerInfo,
    build_version_for,
    is_no_answer,
    look_options,
    readiness_of,
    refuses_key,
    tells_no_version,
)
from vllm_client.call.build_request import build_request
from vllm_client.call.response import HttpResponse
from vllm_client.call.retry import NO_RETRY, RetryPolicy
from vllm_client.call.server_errors import error_of_answer, explained
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import (
    ApiError,
    HttpError,
    IoError,
    IoTimeout,
    ParseError,
    RequestError,
    VllmError,
)
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers
from vllm_client.http.timeouts import Timeout
from vllm_client.vllm.routes import Route

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))


def lasting() -> IoError:
    """Return a permanent connection error, such as a certificate that is not trusted."""
    error = IoError("untrusted")
    error.failure = "tls"
    return error


def answered(status: int, body: bytes) -> ApiError:
    """Return the error that a call raises for this answer to GET /version."""
    error = error_of_answer(status, Headers(), body, 0.0)
    return explained(error, "GET", "/version")


def test_status_calls_are_sent_to_the_server_root() -> None:
    specs = [
        HEALTH(BELOW, {}),
        PING(BELOW, {}),
        LOAD(BELOW, {}),
        METRICS(BELOW, {}),
        SERVER_INFO(BELOW, {"config_format": None}),
        SERVER_INFO(BELOW, {"config_format": "json", "extra_query": {"a": 1}}),
        VERSION(BELOW, {}),
        LOOK(BELOW, look_options(1)),
        *(question(BELOW, look_options(60)) for question in QUESTIONS),
    ]

    assert [(spec.method, spec.target, spec.body) for spec in specs] == [
        ("GET", "/llm/health", b""),
        ("GET", "/llm/ping", b""),
        ("GET", "/llm/load", b""),
        ("GET", "/llm/metrics", b""),
        ("GET", "/llm/server_info", b""),
        ("GET", "/llm/server_info?config_format=json&a=1", b""),
        ("GET", "/llm/version", b""),
        ("GET", "/llm/health", b""),
        ("GET", "/llm/is_sleeping", b""),
        ("GET", "/llm/is_paused", b""),
    ]


@pytest.mark.parametrize("build", [HEALTH, PING])
def test_health_is_true_for_any_successful_answer(build: Any) -> None:
    assert build(SETTINGS, {}).read(reply(load("chat", "get_ping").body)) is True


@pytest.mark.parametrize("build", [HEALTH, PING])
def test_a_server_that_answers_503_is_not_alive(build: Any) -> None:
    spec = build(SETTINGS, {})

    assert spec.expected == {503}
    assert spec.read(HttpResponse(503, Headers(), b"")) is False


def test_health_check_accepts_only_success() -> None:
    assert LOOK(SETTINGS, look_options(1)).expected == frozenset()


@pytest.mark.parametrize("build", [HEALTH, PING])
def test_health_is_not_retried_by_default(build: Any) -> None:
    assert build(SETTINGS, {}).retry == NO_RETRY
    assert build(SETTINGS, {"retry": RetryPolicy()}).retry == RetryPolicy()
    assert VERSION(SETTINGS, {}).retry == SETTINGS.retry


def test_load_is_decoded() -> None:
    assert LOAD(SETTINGS, {}).read(reply(load("chat", "get_load").body)) == 0
    with pytest.raises(ParseError) as caught:
        LOAD(SETTINGS, {}).read(reply(b'{"server_load": null}'))
    assert caught.value.where == "$.server_load"


def test_metrics_are_decoded() -> None:
    body = load("chat", "get_metrics").body

    assert METRICS(SETTINGS, {}).read(reply(body)) == Metrics.parse(body.decode())


@pytest.mark.parametrize(
    ("body", "where"), [(b"up 1\n<html>\n", "line 2"), (b'up{a="\xff"} 1\n', "$")]
)
def test_malformed_metrics_are_a_parse_error_with_the_answer(body: bytes, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        METRICS(SETTINGS, {}).read(reply(body))

    assert caught.value.where == where
    assert (caught.value.status, caught.value.body) == (200, body.decode(errors="replace"))


@pytest.mark.parametrize(
    "config", ["model='tiny', dtype=torch.float32", {"model_config": {"model": "tiny"}}], ids=repr
)
def test_server_info_is_decoded(config: Any) -> None:
    told = {
        "vllm_config": config,
        "vllm_env": {"VLLM_SERVER_DEV_MODE": True, "VLLM_PORT": 8000},
        "system_env": {"os": "Linux", "cuda_runtime_version": "none"},
    }

    answer = SERVER_INFO(SETTINGS, {}).read(reply(json.dumps(told).encode()))

    assert answer == ServerInfo(config, told["vllm_env"], told["system_env"])
    assert answer.to_dict() == told
    assert answer.unknown_fields == {}


@pytest.mark.parametrize(
    ("call", "problem"),
    [({"config_fromat": "json"}, "has no option"), ({"extra_query": "a=1"}, "expected a mapping")],
)
def test_invalid_option_of_server_info_is_rejected(call: Any, problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        SERVER_INFO(SETTINGS, {"config_format": "json", **call})


def test_version_is_decoded() -> None:
    body = load("chat", "get_version").body

    assert VERSION(SETTINGS, {}).read(reply(body)) == "0.32.0"
    with pytest.raises(ParseError) as caught:
        VERSION(SETTINGS, {}).read(reply(b'{"version": 5}'))
    assert caught.value.where == "$.version"


@pytest.mark.parametrize(
    ("left", "seconds"), [(60, LOOK_SECONDS), (1.5, 1.5), (0, 0.05), (-3, 0.05)]
)
def test_check_takes_no_longer_than_the_remaining_time(left: float, seconds: float) -> None:
    assert LOOK(SETTINGS, look_options(left)).timeout == Timeout(total=seconds)


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
def test_check_distinguishes_absent_not_ready_and_ready(
    failure: VllmError | None, readiness: Readiness
) -> None:
    assert readiness_of(failure) is readiness


@pytest.mark.parametrize("error", [RequestError("closed"), lasting()], ids=repr)
def test_permanent_errors_are_raised_while_waiting(error: VllmError) -> None:
    with pytest.raises(type(error)) as caught:
        readiness_of(error)

    assert caught.value is error


def test_only_ready_is_truthy() -> None:
    assert [one for one in Readiness if one] == [Readiness.READY]
    assert str(Readiness.NOT_READY) == "not ready"


def test_dev_mode_server_gets_one_request_each_for_sleeping_and_paused() -> None:
    for question in QUESTIONS:
        spec = question(SETTINGS, look_options(60))
        assert (spec.retry, spec.timeout) == (NO_RETRY, Timeout(total=LOOK_SECONDS))


@pytest.mark.parametrize("code", [401, 403, 404, 405])
def test_missing_route_is_no_answer(code: int) -> None:
    assert is_no_answer(ApiError("x", code))


@pytest.mark.parametrize("error", [ApiError("x", 500), IoError("x"), RequestError("x")], ids=repr)
def test_other_failures_are_not_missing_routes(error: VllmError) -> None:
    assert not is_no_answer(error)


@pytest.mark.parametrize(
    ("error", "settled"),
    [
        (answered(404, b'{"detail": "Not Found"}'), True),
        (answered(404, b'{"detail":"Not Found"}'), True),
        (answered(404, b'{"detail":"No such model"}'), False),
        (answered(404, b"nope"), False),
        (answered(404, b"[" * 4000), False),
        (answered(401, b'{"detail": "Not Found"}'), False),
        (answered(403, b"no"), False),
        (answered(405, b'{"detail":"Method Not Allowed"}'), False),
        (answered(500, b"no"), False),
        (answered(503, b"busy"), False),
        (ParseError("no JSON"), False),
        (HttpError("garbage"), False),
        (IoTimeout("slow", "token", 10), False),
        (IoTimeout("slow", "idle", 10), False),
        (IoTimeout("slow", "connect", 10), False),
        (IoTimeout("slow", "total", 1), False),
        (IoError("reset"), False),
        (RequestError("the client is closed"), False),
    ],
)
def test_version_is_requested_again_depending_on_the_failure(
    error: VllmError, settled: bool
) -> None:
    assert tells_no_version(error) is settled


@pytest.mark.parametrize(
    ("error", "refuses"),
    [
        (ApiError("no", 401), True),
        (ApiError("no", 403), True),
        (ApiError("no", 404), False),
        (IoError("reset"), False),
    ],
    ids=repr,
)
def test_another_key_may_be_accepted(error: VllmError, refuses: bool) -> None:
    assert refuses_key(error) is refuses


def test_version_request_has_the_headers_of_the_waiting_call() -> None:
    headers = {"Authorization": "Bearer sk-other", "X-Tenant": "a", "X-Request-Id": "mine"}
    waiting = build_request(
        SETTINGS, Route("POST", "/x", ""), bool, body={}, call={"extra_headers": headers}
    )

    question = build_version_for(SETTINGS, waiting, inf)

    sent = dict(question.headers)
    assert (sent["authorization"], sent["x-tenant"]) == ("Bearer sk-other", "a")
    assert "content-type" in dict(waiting.headers)
    assert "content-type" not in sent
    assert "sk-other" in question.secrets
    assert question.request_id is None


@pytest.mark.parametrize(
    ("timeout", "retry", "left", "total"),
    [
        (Timeout(connect=3), NO_RETRY, inf, 3 + VERSION_SECONDS),
        (Timeout(connect=3), NO_RETRY, 2, 2),
        (Timeout(connect=3), NO_RETRY, -1, 0.001),
        (None, NO_RETRY, inf, 2 * VERSION_SECONDS),
        (Timeout(connect=3), RetryPolicy(max_retries=2, max_wait=4), inf, 11 + VERSION_SECONDS),
        (Timeout(connect=3), RetryPolicy(max_retries=99, budget=7), inf, 10 + VERSION_SECONDS),
    ],
)
def test_version_request_has_a_deadline(
    timeout: Timeout | None, retry: RetryPolicy, left: float, total: float
) -> None:
    call = {"timeout": timeout, "retry": retry}
    waiting = build_request(SETTINGS, Route("POST", "/x", ""), bool, body={}, call=call)

    question = build_version_for(SETTINGS, waiting, left)

    assert question.timeout == Timeout(
        connect=waiting.timeout.connect, token=VERSION_SECONDS, idle=VERSION_SECONDS, total=total
    )
    assert question.retry == retry
