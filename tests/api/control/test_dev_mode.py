"""Test control calls: how keywords are sent, that calls are never repeated, and answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply, without_nulls
from tests.recordings import load
from vllm_client.api.control.dev_mode import (
    ABORT_REQUESTS,
    COLLECTIVE_RPC,
    IS_PAUSED,
    IS_SLEEPING,
    PAUSE,
    RELEASE_KV_CACHE_MEMORY,
    RESET_ENCODER_CACHE,
    RESET_MM_CACHE,
    RESET_PREFIX_CACHE,
    RESUME,
    SLEEP,
    START_PROFILE,
    STOP_PROFILE,
    WAKE_UP,
    AbortResponse,
    SleepResponse,
    StatusResponse,
    WakeUpResponse,
)
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.timeouts import Timeout

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))


# Calls with keywords in the URL: builder, route, all keywords, and the resulting query.
BY_QUERY: list[tuple[Callable[..., RequestSpec[Any]], str, dict[str, Any], str]] = [
    (SLEEP, "sleep", {"level": 0, "mode": "keep"}, "?level=0&mode=keep"),
    (WAKE_UP, "wake_up", {"tags": ["weights", "kv_cache"]}, "?tags=weights&tags=kv_cache"),
    (WAKE_UP, "wake_up", {"tags": None}, ""),
    (RELEASE_KV_CACHE_MEMORY, "release_kv_cache_memory", {}, ""),
    (PAUSE, "pause", {"mode": "wait", "clear_cache": False}, "?mode=wait&clear_cache=false"),
    (RESUME, "resume", {}, ""),
    (
        RESET_PREFIX_CACHE,
        "reset_prefix_cache",
        {"reset_running_requests": True, "reset_external": False},
        "?reset_running_requests=true&reset_external=false",
    ),
    (RESET_MM_CACHE, "reset_mm_cache", {}, ""),
    (RESET_ENCODER_CACHE, "reset_encoder_cache", {}, ""),
    (STOP_PROFILE, "stop_profile", {}, ""),
]
BY_BODY: list[tuple[Callable[..., RequestSpec[Any]], str, dict[str, Any]]] = [
    (ABORT_REQUESTS, "abort_requests", {"request_ids": ["chatcmpl-1"]}),
    (
        START_PROFILE,
        "start_profile",
        {"profile_prefix": "run", "delay_iterations": 1, "max_iterations": 5},
    ),
]
COMMANDS = [row[:2] for row in BY_QUERY + BY_BODY]  # type: ignore[operator]  # rows of two kinds


def recorded(config: str, name: str) -> HttpResponse:
    return reply(load(config, name).body)


@pytest.mark.parametrize(("build", "route", "keywords", "query"), BY_QUERY)
def test_keywords_are_sent_in_the_query(
    build: Callable[..., RequestSpec[Any]], route: str, keywords: dict[str, Any], query: str
) -> None:
    spec = build(BELOW, keywords)

    assert (spec.method, spec.target, spec.body) == ("POST", f"/llm/{route}{query}", b"")
    assert build(BELOW, {}).target == f"/llm/{route}"


@pytest.mark.parametrize(("build", "route", "keywords"), BY_BODY)
def test_keywords_are_sent_in_the_body(
    build: Callable[..., RequestSpec[Any]], route: str, keywords: dict[str, Any]
) -> None:
    spec = build(BELOW, keywords)

    assert (spec.method, spec.target) == ("POST", f"/llm/{route}")
    assert json.loads(spec.body) == keywords
    assert build(BELOW, {}).body == b"{}"
    assert json.loads(build(BELOW, {"extra_body": {"more": 1}}).body) == {"more": 1}


@pytest.mark.parametrize(("build", "route"), COMMANDS)
def test_a_command_is_never_sent_twice(build: Callable[..., RequestSpec[Any]], route: str) -> None:
    assert not build(SETTINGS, {}).replayable


@pytest.mark.parametrize(("build", "route"), COMMANDS)
def test_misspelt_keyword_is_rejected(build: Callable[..., RequestSpec[Any]], route: str) -> None:
    with pytest.raises(RequestError, match=rf"^{route}\(\) has no option 'levl'"):
        build(SETTINGS, {"levl": 1})


@pytest.mark.parametrize(("build", "route"), COMMANDS)
def test_call_options_are_respected(build: Callable[..., RequestSpec[Any]], route: str) -> None:
    call = {"timeout": 5, "extra_query": {"a": 1}, "extra_headers": {"X-Trace": "t"}}
    spec = build(SETTINGS, call)

    assert (spec.target, spec.timeout) == (f"/{route}?a=1", Timeout(total=5))
    assert ("x-trace", "t") in spec.headers


def test_extra_query_overrides_a_keyword() -> None:
    spec = SLEEP(SETTINGS, {"level": 1, "extra_query": {"level": 2}})

    assert spec.target == "/sleep?level=2"
    with pytest.raises(RequestError, match="extra_query: expected a mapping"):
        SLEEP(SETTINGS, {"level": 1, "extra_query": "level=2"})


@pytest.mark.parametrize(
    ("build", "route", "name", "value"),
    [
        (IS_SLEEPING, "is_sleeping", "is_sleeping", False),
        (IS_SLEEPING, "is_sleeping", "is_sleeping2", True),
        (IS_PAUSED, "is_paused", "is_paused", False),
        (IS_PAUSED, "is_paused", "is_paused_yes", True),
    ],
)
def test_read_only_call_may_be_repeated(
    build: Callable[..., RequestSpec[bool]], route: str, name: str, value: bool
) -> None:
    spec = build(BELOW, {})

    assert (spec.method, spec.target, spec.replayable) == ("GET", f"/llm/{route}", True)
    assert spec.read(recorded("chat-dev", name)) is value
    with pytest.raises(RequestError, match=rf"{route}\(\) has no option 'level'"):
        build(BELOW, {"level": 1})


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"is_sleeping": "yes"}', b'{"is_sleeping": 1}'])
def test_an_answer_that_is_neither_yes_nor_no_is_a_parse_error(body: bytes) -> None:
    with pytest.raises(ParseError, match="expected bool") as caught:
        IS_SLEEPING(SETTINGS, {}).read(reply(body))

    assert caught.value.where == "$.is_sleeping"


@pytest.mark.parametrize(
    ("build", "config", "name", "answer"),
    [
        (SLEEP, "chat-sleep", "sleep_1", SleepResponse("sleeping", 1)),
        (SLEEP, "chat-dev", "sleep", SleepResponse("sleeping", 1)),
        (WAKE_UP, "chat-dev", "wake_up", WakeUpResponse("awake")),
        (PAUSE, "chat-dev", "pause", StatusResponse("paused")),
        (RESUME, "chat-dev", "resume", StatusResponse("resumed")),
    ],
)
def test_recorded_answer_is_decoded_and_round_trips(
    build: Callable[..., RequestSpec[Any]], config: str, name: str, answer: Any
) -> None:
    recording = load(config, name)
    read = build(SETTINGS, {}).read(reply(recording.body))

    assert read == answer
    assert read.to_dict() == without_nulls(recording.json)


# answers of vLLM 0.32
@pytest.mark.parametrize(
    ("build", "body", "answer"),
    [
        (
            WAKE_UP,
            b'{"status":"awake","tags":["weights","kv_cache"]}',
            WakeUpResponse("awake", ["weights", "kv_cache"]),
        ),
        (
            RELEASE_KV_CACHE_MEMORY,
            b'{"status":"kv_cache_released"}',
            StatusResponse("kv_cache_released"),
        ),
        (ABORT_REQUESTS, b'{"status":"aborted","aborted":2}', AbortResponse("aborted", 2)),
    ],
)
def test_other_answers_are_decoded(
    build: Callable[..., RequestSpec[Any]], body: bytes, answer: Any
) -> None:
    read = build(SETTINGS, {}).read(reply(body))

    assert read == answer
    assert read.to_dict() == json.loads(body)


@pytest.mark.parametrize(
    ("build", "empty"),
    [
        (SLEEP, SleepResponse()),
        (WAKE_UP, WakeUpResponse()),
        (ABORT_REQUESTS, AbortResponse()),
        (RESET_PREFIX_CACHE, True),
    ],
)
def test_empty_answers_of_older_servers_are_accepted(
    build: Callable[..., RequestSpec[Any]], empty: Any
) -> None:
    assert build(SETTINGS, {}).read(reply(b"")) == empty


@pytest.mark.parametrize(
    ("build", "body", "where"),
    [
        (RESET_PREFIX_CACHE, b'{"success": 1}', "$.success"),
        (PAUSE, b"paused", "$"),
    ],
)
def test_malformed_answer_is_a_parse_error(
    build: Callable[..., RequestSpec[Any]], body: bytes, where: str
) -> None:
    with pytest.raises(ParseError) as caught:
        build(SETTINGS, {}).read(reply(body))

    assert caught.value.where == where


@pytest.mark.parametrize(
    ("build", "body", "answer"),
    [
        (SLEEP, b'{"level": "1"}', SleepResponse(level=1)),
        (WAKE_UP, b'{"tags": "weights"}', WakeUpResponse(unknown_fields={"tags": "weights"})),
        (ABORT_REQUESTS, b'{"aborted": true}', AbortResponse(unknown_fields={"aborted": True})),
    ],
)
def test_malformed_metadata_does_not_fail_a_completed_call(
    build: Callable[..., RequestSpec[Any]], body: bytes, answer: Any
) -> None:
    assert build(SETTINGS, {}).read(reply(body)) == answer


def test_a_reset_of_the_prefix_cache_may_fail() -> None:
    read = RESET_PREFIX_CACHE(SETTINGS, {}).read

    assert read(recorded("chat-dev", "reset_prefix_cache")) is True
    assert read(reply(b'{"success":false}')) is False


@pytest.mark.parametrize(
    "build",
    [RESET_MM_CACHE, RESET_ENCODER_CACHE, START_PROFILE, STOP_PROFILE],
)
def test_calls_without_an_answer_return_none(build: Callable[..., RequestSpec[None]]) -> None:
    read: Callable[[HttpResponse], object] = build(SETTINGS, {}).read

    assert read(recorded("chat-dev", "reset_mm_cache")) is None


def test_collective_rpc_has_two_timeouts() -> None:
    spec = COLLECTIVE_RPC(
        BELOW,
        {"method": "f", "args": ["a"], "kwargs": {"k": "v"}, "rpc_timeout": 3.5, "timeout": 60},
    )

    assert (spec.method, spec.target) == ("POST", "/llm/collective_rpc")
    assert json.loads(spec.body) == {
        "method": "f",
        "args": ["a"],
        "kwargs": {"k": "v"},
        "timeout": 3.5,
    }
    assert spec.timeout == Timeout(total=60)
    assert not spec.replayable


def test_collective_rpc_sends_only_the_given_options() -> None:
    assert COLLECTIVE_RPC(BELOW, {"method": "f"}).body == b'{"method":"f"}'
    spec = COLLECTIVE_RPC(BELOW, {"method": "f", "extra_body": {"method": "g"}})
    assert spec.body == b'{"method":"g"}'
    with pytest.raises(RequestError, match=r"collective_rpc\(\) has no option 'arg'.* args\?"):
        COLLECTIVE_RPC(BELOW, {"method": "f", "arg": []})


def test_results_of_the_workers_are_a_list_or_none() -> None:
    read = COLLECTIVE_RPC(SETTINGS, {"method": "f"}).read

    assert read(reply(b'{"results":[null,{"a":1},"text"]}')) == [None, {"a": 1}, "text"]
    assert read(reply(b"")) is None
    with pytest.raises(ParseError, match=r"\$\.results: expected list"):
        read(reply(b'{"results":{}}'))
