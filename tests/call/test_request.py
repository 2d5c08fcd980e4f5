"""Requests, attempts, and the errors and responses that belong to them."""

import json
import pickle
from typing import Any

import attrs
import pytest

from vllm_client.call.request import Attempt, RequestSpec
from vllm_client.call.response import HttpResponse, read_json, unexpected
from vllm_client.call.retry import RetryPolicy, is_retryable
from vllm_client.call.server_errors import refuse_redirect
from vllm_client.errors import MAX_TEXT, ApiError, IoTimeout, ParseError, VllmError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers
from vllm_client.http.secrets import Secrets
from vllm_client.http.timeouts import Timeout
from vllm_client.record import Call
from vllm_client.vllm.routes import Route

SPEC: RequestSpec[Any] = RequestSpec(
    route=Route("POST", "/x", "", base="api"),
    server=BaseUrl.parse("http://h:8000"),
    target="/v1/x?key=sesame",
    path="/v1/x",
    headers=(("authorization", "Bearer sesame"),),
    body=b'{"prompt":"private"}',
    read=lambda reply: reply,
    timeout=Timeout(),
    retry=RetryPolicy(),
    secrets=Secrets(("Bearer sesame", "sesame")),
)


def attempt_of(*request_ids: str) -> Attempt[Any]:
    return Attempt(SPEC, request_ids, Call(SPEC, 0.0))


JSON = Headers([("content-type", "application/json")])


def test_attempt_has_the_headers_of_the_request_and_its_own_id() -> None:
    attempt = attempt_of("6", "7")

    assert attempt.headers == (("authorization", "Bearer sesame"), ("x-request-id", "7"))
    assert (attempt.wait, attempt.fresh) == (0.0, False)


def test_no_repr_shows_headers_or_bodies() -> None:
    reply = HttpResponse(200, JSON, b"private")

    for value in (attrs.evolve(SPEC, target="/v1/x"), attempt_of("6", "7").headers, reply):
        assert "private" not in repr(value)
    assert "sesame" not in repr(attrs.evolve(SPEC, target="/v1/x"))


def api_error() -> ApiError:
    error = ApiError("no: sesame, Bearer sesame", 401)
    error.type, error.param, error.body = "sesame", "x-sesame", "<html>sesame"
    return error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (VllmError("key sesame"), "key *** (POST /v1/x)"),
        (api_error(), "401 ***: no: ***, *** (POST /v1/x)"),
        (IoTimeout("sesame slow", "token", 600.0), "*** slow (POST /v1/x)"),
        (ParseError("got 'sesame'", "$.sesame"), "got '***' (POST /v1/x)"),
    ],
)
def test_error_has_its_request_and_no_secret(error: VllmError, text: str) -> None:
    scrubbed = SPEC.error_context.named(error)

    assert scrubbed is error
    assert str(error) == text
    assert (error.method, error.path) == ("POST", "/v1/x")
    for shown in (str(error), repr(error), str(vars(error)), str(error.args)):
        assert "sesame" not in shown
    assert b"sesame" not in pickle.dumps(error)


def test_secrets_are_removed_from_the_causes_of_an_error() -> None:
    cause = OSError("connect to sesame@h failed")
    context = json.JSONDecodeError("no JSON", "key sesame", 0)
    cause.__context__ = context
    error = VllmError("failed")
    error.__cause__ = cause
    context.__cause__ = error  # a cycle of causes ends, too

    SPEC.error_context.named(error)

    assert str(cause) == "connect to ***@h failed"
    assert context.doc == "key ***"


def test_foreign_error_without_secrets_is_not_modified() -> None:
    class Sealed(Exception):
        def __setattr__(self, name: str, value: object) -> None:
            raise AssertionError("touched")

    theirs = Sealed("about something else", 7)
    vars(theirs)["reason"] = "none of ours"
    error = VllmError("failed")
    error.__context__ = theirs

    SPEC.error_context.named(error)

    assert theirs.args == ("about something else", 7)


LONG = "sk-0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"got {LONG}!", "got ***!"),
        (f"got {LONG[:12]} … and", "got *** … and"),
        (f"and … {LONG[-9:]} there", "and … *** there"),
        (f"got {LONG[:7]}, {LONG[-7:]}", f"got {LONG[:7]}, {LONG[-7:]}"),
        (f"{LONG[:10]} … {LONG[-10:]} {LONG}", "*** … *** ***"),
    ],
)
def test_truncated_secret_is_hidden(text: str, shown: str) -> None:
    error = attrs.evolve(SPEC, secrets=Secrets((LONG,))).error_context.named(VllmError(text))

    assert (error.message, error.args) == (shown, (shown,))


def test_error_without_secrets_is_not_modified() -> None:
    error = attrs.evolve(SPEC, secrets=Secrets()).error_context.named(
        IoTimeout("slow", "token", 600.0)
    )

    assert (error.message, error.args, error.clock) == ("slow", ("slow", "token", 600.0), "token")


def test_text_of_a_response_is_utf_8_with_replacements() -> None:
    assert HttpResponse(200, JSON, "é".encode() + b"\xff").text == "é\ufffd"


def test_json_is_decoded() -> None:
    assert read_json(HttpResponse(200, JSON, b'{"a":[1]}')) == {"a": [1]}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":', b'"\xff"', b"[" * 1_000_000])
def test_body_that_is_not_json_is_a_parse_error_that_shows_it(body: bytes) -> None:
    with pytest.raises(ParseError, match="expected JSON, got text/html: ") as caught:
        read_json(HttpResponse(200, Headers([("Content-Type", "text/html")]), body))

    error = caught.value
    assert (error.where, error.status) == ("$", 200)
    assert error.body[:100] == body[:100].decode("utf-8", "replace")
    assert len(error.body) < MAX_TEXT + 100
    assert error.__cause__ is not None


def test_error_mentions_a_missing_content_type() -> None:
    with pytest.raises(ParseError, match="got no content-type"):
        read_json(HttpResponse(200, Headers(), b""))


def test_error_of_an_unexpected_answer_has_the_path() -> None:
    error = unexpected(HttpResponse(200, JSON, b"{}"), "expected int", "$.index")

    assert (error.message, error.where, error.body, error.status) == (
        "expected int",
        "$.index",
        "{}",
        200,
    )


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        (
            Headers([("Location", "http://other/")]),
            "307 redirects to 'http://other/': not followed",
        ),
        (
            Headers([("location", "http://me:s3same@other/@x")]),
            "307 redirects to 'http://***@other/@x': not followed",
        ),
        (Headers(), "307 redirects to 'nowhere': not followed"),
    ],
)
def test_redirect_is_an_error_that_names_the_target(headers: Headers, text: str) -> None:
    error = refuse_redirect(307, headers)

    assert (str(error), error.status, is_retryable(error)) == (text, 307, False)
