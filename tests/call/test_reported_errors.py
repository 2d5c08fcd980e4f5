"""Errors that a server reports in an answer with status 200 or in an event."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import unhurried
from vllm_client.call.reported_errors import (
    declared_error,
    error_in_events,
    error_in_success,
    error_of_event,
    failed_generation,
    words_of,
)

_EMPTY = "{'message': '', 'code': 500}"
FAILED = {"finish_reason": "error"}
NESTED = {"message": "m", "type": "T", "param": "p", "code": 400}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"error": NESTED}, (400, "m", "T", "p")),
        ({"error": {"object": "error", **NESTED, "code": 503}}, (503, "m", "T", "p")),
        ({"object": "error", **NESTED}, (400, "m", "T", "p")),
        ({"error": "dead"}, (500, "dead", None, None)),
        ({"type": "error", "error": {"type": "T", "message": "m"}}, (500, "m", "T", None)),
        (
            {"type": "error", "code": "server_error", "message": "m", "param": "p"},
            (500, "m", "server_error", "p"),
        ),
        ({"error": {"message": "m", "code": None}}, (500, "m", None, None)),
        ({"error": {"message": "m", "code": "rate_limit"}}, (500, "m", "rate_limit", None)),
        ({"error": {"message": "m", "code": True}}, (500, "m", None, None)),
        ({"error": NESTED, "choices": []}, (400, "m", "T", "p")),
        ({"error": {"message": "m", "code": "400"}}, (400, "m", None, None)),
        ({"error": {"message": "m"}, "status_code": 429}, (429, "m", None, None)),
        ({"error": {"detail": "m", "code": 404}}, (404, "m", None, None)),
        ({"error": [{"message": "m", "code": 400}]}, (400, "m", None, None)),
        ({"errors": [{"message": "m", "code": 400}]}, (400, "m", None, None)),
        ([{"error": NESTED}], (400, "m", "T", "p")),
        ({"code": 400, "message": "m"}, (400, "m", None, None)),
        ({"code": "503", "detail": "m"}, (503, "m", None, None)),
        ({"code": 400, "details": "m"}, (400, "m", None, None)),
        ({"detail": "m"}, (500, "m", None, None)),
        ({"detail": [{"msg": "m"}]}, (500, "[{'msg': 'm'}]", None, None)),
        ({"code": "InvalidKey", "message": "m", "request_id": "r"}, (500, "m", "InvalidKey", None)),
        (
            {"error": {"message": "", "code": 500}},
            (500, _EMPTY, None, None),
        ),
    ],
)
def test_an_error_event_is_an_api_error(
    payload: dict[str, Any], expected: tuple[int, str, str | None, str | None]
) -> None:
    error = error_of_event(payload)

    assert error is not None
    assert (error.code, error.message, error.type, error.param) == expected


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"error": None},
        {"choices": []},
        {"object": "chat.completion.chunk"},
        {"object": "response", "status": "failed", "error": {"message": "m"}},
        {"message": "Weights updated"},
        {"code": 200, "message": "ok"},
        {"code": "200", "detail": "ok"},
        {"code": "Ok", "message": "m", "data": []},
        {"detail": "m", "choices": []},
        {"detail": None},
        {"type": "message_start", "message": {"role": "assistant"}},
        {"type": "response.code_interpreter_call_code.done", "code": "500"},
        [],
        [1],
        "error",
        None,
    ],
)
def test_other_events_are_not_errors(payload: dict[str, Any]) -> None:
    assert error_of_event(payload) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["error", "message", "detail", "type", "param", "code", "object"]), inner),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["error", "object", "message", "code", "x"]), VALUES))
@unhurried
def test_any_event_at_all_is_an_api_error_or_none(payload: dict[str, Any]) -> None:
    error = error_of_event(payload)

    assert error is None or (isinstance(error.code, int) and error.message is not None)


@pytest.mark.parametrize("choices", [[FAILED], [{}, FAILED]])
def test_answer_with_a_failed_choice_is_an_error(choices: list[Any]) -> None:
    error = error_in_success({"choices": choices})

    assert error is not None
    assert (error.code, error.message) == (500, failed_generation().message)


@pytest.mark.parametrize("choices", [None, 5, [], [1], [{"finish_reason": "stop"}]])
def test_other_answers_are_not_errors(choices: Any) -> None:
    assert error_in_success({"choices": choices}) is None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"message": "boom"}, (500, "boom")),
        ({"code": 400, "details": "boom"}, (400, "boom")),
        ("boom", (500, "boom")),
        ("", (500, "no reason given")),
        ({"oops": 1}, (500, "{'oops': 1}")),
    ],
)
def test_declared_error_is_found_in_any_format(payload: Any, expected: tuple[int, str]) -> None:
    error = declared_error(payload)

    assert (error.code, error.message) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!DOCTYPE html><html><head><title>a | 524: b</title><style>" + "x" * 9000, "a | 524: b"),
        ("<html><title>\n Bad &amp; worse\n</title>", "Bad & worse"),
        ("<html><title></title><body><h1>Bad</h1>\n<p>Gateway</p></body></html>", "Bad Gateway"),
        ("<HTML><script>alert(1)</script><!-- a --><style>b</style>Bad", "Bad"),
        ("<html>", ""),
        ('data: {"error": {"message": "m"}}\n\n', "m"),
        ('event: error\ndata: {"code": 400, "message": "m"}\n\n', "m"),
        ('error: {"message": "m"}', "m"),
        ("error: out of memory", "error: out of memory"),
        ("data: half", "data: half"),
        (" plain \n", "plain"),
    ],
)
def test_message_of_a_body_is_found(text: str, message: str) -> None:
    assert words_of(text)[0] == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('event: error\ndata: {"code":400,"message":"m"}\n\n', (400, "m")),
        ("event: error\ndata: dead\n\n", (500, "dead")),
        ('error: {"code":400,"message":"m"}\n\n', (400, "m")),
        (': ping\n\ndata: {"error":{"code":400,"message":"m"}}\n\ndata: [DONE]\n\n', (400, "m")),
        ('data: {"choices":[]}\n\n', None),
        ("data: [DONE]\n\n", None),
        ("<html>", None),
        ("", None),
    ],
)
def test_the_first_event_of_a_body_may_report_an_error(
    text: str, expected: tuple[int, str] | None
) -> None:
    error = error_in_events(text)

    assert (error and (error.code, error.message)) == expected
