"""Converting error bodies of all known formats to an ApiError."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import unhurried
from tests.recordings import Recording, all_recordings
from vllm_client.call.reported_errors import MAX_NAME
from vllm_client.call.server_errors import error_of_answer
from vllm_client.errors import ApiError
from vllm_client.http.headers import Headers

NONE = Headers()
REFUSED = [one for one in all_recordings() if one.status is not None and one.status >= 400]


def error_of(body: bytes | Any, status: int = 400, headers: Headers = NONE) -> ApiError:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_of_answer(status, headers, sent, date=0.0)


NESTED = {"message": "m", "type": "T", "param": "p", "code": 400}

# body -> message, type, param
SHAPES: dict[str, tuple[Any, tuple[str, str | None, str | None]]] = {
    "vLLM 0.10.1 and later": ({"error": NESTED}, ("m", "T", "p")),
    "up to vLLM 0.10.0": ({"object": "error", **NESTED}, ("m", "T", "p")),
    "streams of older servers": ({"error": {"object": "error", **NESTED}}, ("m", "T", "p")),
    "a string, as for a wrong key": ({"error": "Unauthorized"}, ("Unauthorized", None, None)),
    "an unknown route": ({"detail": "Not Found"}, ("Not Found", None, None)),
    "/v1/messages": (
        {"type": "error", "error": {"type": "not_found_error", "message": "m"}},
        ("m", "not_found_error", None),
    ),
    "nulls": ({"error": {**NESTED, "type": None, "param": None}}, ("m", None, None)),
    "a message that is null": (
        {"error": {"message": None, "code": 5}},
        ("{'message': None, 'code': 5}", None, None),
    ),
    "an error that is a number": ({"error": 5}, ("{'error': 5}", None, None)),
    "FastAPI's own validation": (
        {"detail": [{"loc": ["body"], "msg": "m"}]},
        ("[{'loc': ['body'], 'msg': 'm'}]", None, None),
    ),
    "JSON of no known shape": ({"oops": 1}, ("{'oops': 1}", None, None)),
    "a JSON string": ("busy", ("busy", None, None)),
    "a JSON number": (5, ("5", None, None)),
    "names that are no strings": (
        {"error": {"message": "m", "type": 7, "param": ["body", 0]}},
        ("m", "7", None),
    ),
    "plain text": (b"upstream timed out\n", ("upstream timed out", None, None)),
    "HTML": (b"<html>Bad Gateway</html>", ("Bad Gateway", None, None)),
    "no UTF-8": (b"\xff\xfe", ("\ufffd\ufffd", None, None)),
}


@pytest.mark.parametrize(("body", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_every_format_of_body_is_parsed(
    body: Any, expected: tuple[str, str | None, str | None]
) -> None:
    error = error_of(body, 418)

    assert (error.message, error.type, error.param) == expected
    assert (error.code, error.status) == (418, 418)
    assert error.body == (body if isinstance(body, bytes) else json.dumps(body).encode()).decode(
        "utf-8", "replace"
    )


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "Unauthorized"),
        (404, "Not Found"),
        (429, "Too Many Requests"),
        (502, "Bad Gateway"),
        (503, "Service Unavailable: not ready, or its engine is dead"),
        (504, "Gateway Timeout"),
        (599, "no reason given"),
    ],
)
@pytest.mark.parametrize("body", [b"", b" \n", b'""'])
def test_status_without_a_message_gets_a_default(status: int, message: str, body: bytes) -> None:
    assert error_of(body, status).message == message


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_of_a_recorded_response_has_the_server_s_message(recording: Recording) -> None:
    assert recording.status is not None
    error = error_of_answer(
        recording.status, Headers(recording.headers.items()), recording.body, date=0.0
    )

    assert error.code == recording.status
    said = recording.json.get("error", recording.json) if recording.body else {}
    if isinstance(said, dict):
        expected = said.get("message") or said.get("detail")
        assert (error.type, error.param) == (said.get("type"), said.get("param"))
    else:
        expected = said
    assert error.message == (expected or "Service Unavailable: not ready, or its engine is dead")
    assert error.body == recording.body.decode()


def test_recordings_include_many_kinds_of_errors() -> None:
    assert {one.status for one in REFUSED} >= {400, 401, 404, 405, 500}
    assert len(REFUSED) > 20


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 3_000_000,
        json.dumps({"error": {"message": "x" * 3_000_000, "type": "t" * 9_000}}).encode(),
        json.dumps({"detail": ["x"] * 1_000_000}).encode(),
    ],
    ids=len,
)
def test_long_body_is_shortened(body: bytes) -> None:
    error = error_of(body)

    assert len(error.message) < 4_200
    assert len(error.body) < 4_200
    assert len(error.type or "") < MAX_NAME + 50
    assert len(repr(error)) < 5_000


def test_too_deeply_nested_body_is_treated_as_text() -> None:
    assert error_of(b"[" * 100_000).message.startswith("[[[")
    for depth in range(700, 1_100):
        nested = b"[" * depth + b"]" * depth
        error = error_of(b'{"error": {"message": "m", "type": %s}}' % nested)
        assert error.message in ("m", error.body)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        ("Thu, 01 Jan 1970 00:01:00 GMT", 60.0),
        ("soon", None),
    ],
)
def test_retry_after_is_parsed(value: str, seconds: float | None) -> None:
    assert error_of(b"", 503, Headers([("Retry-After", value)])).retry_after == seconds


def test_retry_after_is_none_without_the_header() -> None:
    assert error_of(b"", 503).retry_after is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["error", "message", "detail", "type", "param", "code", "object"]), inner),
)  # fmt: skip


@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
@unhurried
def test_any_body_becomes_an_api_error(body: bytes) -> None:
    error = error_of(body)

    assert isinstance(error.message, str)
    assert error.message
