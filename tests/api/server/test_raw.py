"""Test raw requests: path, headers, body and answer."""

from typing import Any

import attrs
import pytest

from tests.helpers.decoding import SETTINGS
from vllm_client.api.server.raw import RawMachine, RawResponse, build_raw, plan_raw
from vllm_client.call.response import HttpResponse
from vllm_client.call.retry import NO_RETRY
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import ParseError, RequestError, StreamError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers
from vllm_client.http.timeouts import Timeout


def settings(url: str, api_prefix: str | None = None, **more: Any) -> ClientSettings:
    return ClientSettings(BaseUrl.parse(url, api_prefix), **more)


@pytest.mark.parametrize(
    ("url", "prefix", "path", "target"),
    [
        ("http://h/v1", None, "/tokenize", "/tokenize"),
        ("http://h/v1", None, "/v1/models", "/v1/models"),
        ("http://h/v1", None, "models", "/v1/models"),
        ("http://h/llm/v1", None, "/tokenize", "/llm/tokenize"),
        ("http://h/llm/v1", None, "/v1/models", "/llm/v1/models"),
        ("http://h/llm/v1", None, "models", "/llm/v1/models"),
        ("http://h/gateway", "", "models", "/gateway/models"),
        ("http://h/v1", None, "/", "/"),
        ("http://h/v1", None, "/a b/é\r\nX: y", "/a%20b/%C3%A9%0D%0AX:%20y"),
        ("http://h/v1", None, "/a%2Fb#c", "/a%2Fb%23c"),
        ("http://h/v1", None, "/info?a=1&b=x y?", "/info?a=1&b=x%20y?"),
        ("http://h/v1", None, "/go?to=http://elsewhere", "/go?to=http://elsewhere"),
    ],
)
def test_path_is_relative_to_the_server_or_the_api(
    url: str, prefix: str | None, path: str, target: str
) -> None:
    spec = build_raw(settings(url, prefix), "GET", path, {})

    assert spec.target == target
    assert spec.path == target.partition("?")[0]


def test_query_of_the_path_and_extra_query_are_merged() -> None:
    query = {"c": [1, 2], "d": True, "e?": "?"}
    spec = build_raw(SETTINGS, "GET", "/x?a=1", {"query": query})

    assert spec.target == "/x?a=1&c=1&c=2&d=true&e%3F=%3F"
    assert build_raw(SETTINGS, "GET", "/x", {"query": {"a": "b"}}).target == "/x?a=b"


@pytest.mark.parametrize("path", ["http://elsewhere/v1/models", "https://u:p@x/", 5, None])
def test_path_to_another_server_is_rejected_and_not_shown(path: Any) -> None:
    with pytest.raises(RequestError) as caught:
        build_raw(SETTINGS, "GET", path, {})

    assert (
        str(caught.value) == 'path: expected one such as "/tokenize", on the client\'s own server'
    )


@pytest.mark.parametrize("method", ["", "GE T", "GET\r\n", "GÉT", None])
def test_method_must_be_a_word(method: Any) -> None:
    with pytest.raises(RequestError, match="method: expected one such as GET"):
        build_raw(SETTINGS, method, "/x", {})


@pytest.mark.parametrize(
    ("options", "body", "content_type"),
    [
        ({}, b"", None),
        ({"json": {"a": "é"}}, '{"a":"é"}'.encode(), "application/json"),
        ({"json": [1, None]}, b"[1,null]", "application/json"),
        ({"json": 0}, b"0", "application/json"),
        ({"json": {}}, b"{}", "application/json"),
        ({"json": []}, b"[]", "application/json"),
        ({"content": "é"}, "é".encode(), None),
        ({"content": b"\x00\xff"}, b"\x00\xff", None),
        ({"content": bytearray(b"x")}, b"x", None),
        ({"content": "a=1", "headers": {"Content-Type": "a/b"}}, b"a=1", "a/b"),
        ({"json": {}, "headers": {"Content-Type": "a/json"}}, b"{}", "a/json"),
        ({"json": [], "headers": {"Content-Type": "a/json"}}, b"[]", "a/json"),
    ],
)
def test_body_is_json_or_bytes(
    options: dict[str, Any], body: bytes, content_type: str | None
) -> None:
    spec = build_raw(SETTINGS, "post", "/x", options)

    assert (spec.method, spec.body) == ("POST", body)
    assert dict(spec.headers).get("content-type") == content_type


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"json": {}, "content": b""}, "json and content: a request has one body"),
        ({"json": [1], "content": "x"}, "json and content: a request has one body"),
        ({"content": 5}, "content: expected bytes or text, got int"),
        ({"content": "\ud800"}, "content: cannot be sent as UTF-8"),
        ({"json": {"a": {1}}}, "cannot be written as JSON"),
        ({"json": [{1}]}, "cannot be written as JSON"),
        ({"headers": "x"}, "headers: expected a mapping, got str"),
        ({"query": "a=1"}, "query: expected a mapping, got str"),
        ({"headers": {"a": "b\r\nc: d"}}, "header 'a' cannot be sent"),
        ({"retry": "3"}, "retry: expected a number of retries, a RetryPolicy"),
        ({"timeout": -1}, "timeout: expected seconds above 0"),
        ({"jsn": {}}, "request() has no option 'jsn'; did you mean json?"),
    ],
)
def test_values_that_cannot_be_sent_are_rejected(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(RequestError) as caught:
        build_raw(SETTINGS, "POST", "/x", options)

    assert problem in str(caught.value)


def test_headers_of_the_client_are_sent() -> None:
    client = settings("http://h/v1", api_key="sk-secret", headers=(("x-trace", "7"),))
    spec = build_raw(client, "GET", "/x", {"headers": {"X-More": "8", "Cookie": "c=123456"}})

    headers = dict(spec.headers)
    assert headers["authorization"] == "Bearer sk-secret"
    assert (headers["x-trace"], headers["x-more"]) == ("7", "8")
    assert {"sk-secret", "c=123456"} <= set(spec.secrets)


@pytest.mark.parametrize(
    ("options", "request_id"),
    [
        ({"json": {"request_id": "for the route alone"}}, None),
        ({"headers": {"X-Request-Id": "of-the-header"}}, "of-the-header"),
        ({"json": ["request_id"]}, None),
    ],
)
def test_request_id_of_the_caller_is_kept(options: dict[str, Any], request_id: str | None) -> None:
    assert build_raw(SETTINGS, "POST", "/x", options).request_id == request_id


def test_only_read_methods_are_replayable_by_default() -> None:
    methods = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
    replayable = {m: build_raw(SETTINGS, m, "/x", {}).replayable for m in methods}

    assert [m for m in methods if replayable[m]] == ["GET", "HEAD", "OPTIONS"]
    assert build_raw(SETTINGS, "POST", "/x", {"replayable": True}).replayable
    assert not build_raw(SETTINGS, "GET", "/x", {"replayable": False}).replayable


def test_call_has_its_own_timeouts() -> None:
    spec = build_raw(SETTINGS, "GET", "/x", {"timeout": 5, "retry": None})

    assert (spec.timeout, spec.retry) == (Timeout(total=5), NO_RETRY)
    assert build_raw(SETTINGS, "GET", "/x", {}).timeout == SETTINGS.timeout


def test_answer_is_returned_unchanged() -> None:
    headers = Headers([("Content-Type", "text/plain")])
    answer = build_raw(SETTINGS, "GET", "/x", {}).read(HttpResponse(201, headers, b'{"a": "\xff"}'))

    assert answer == RawResponse(201, headers, b'{"a": "\xff"}', "GET", "/x")
    assert answer.text == '{"a": "\ufffd"}'
    assert RawResponse(200, headers, b'{"a": 1}').json() == {"a": 1}
    with pytest.raises(ParseError, match=r"expected JSON, got text/plain.*\(GET /x\)"):
        answer.json()


def test_error_of_an_answer_that_is_not_json_hides_the_api_key() -> None:
    settings = attrs.evolve(SETTINGS, api_key="sk-secret-key")
    headers = Headers([("Content-Type", "text/plain; a=sk-secret-key")])
    answer = build_raw(settings, "GET", "/x", {}).read(
        HttpResponse(200, headers, b"you: sk-secret-key")
    )

    with pytest.raises(ParseError) as caught:
        answer.json()

    assert "sk-secret" not in f"{caught.value} {vars(caught.value)}"


def test_stream_passes_on_bytes_of_any_content_type() -> None:
    plan = plan_raw(SETTINGS, "GET", "/x", {})
    machine, feed = plan.machine(), plan.feed("")

    assert machine.begun
    assert machine.receive(feed(b"data: half")) == [b"data: half"]
    assert feed(b"") == []
    assert plan.is_stream(200)
    assert plan.is_stream(206)
    assert not plan.is_stream(302)
    assert not plan.is_stream(500)
    assert machine.end() == []
    assert machine.over
    assert machine.error is None


def test_broken_stream_raises_at_the_next_read() -> None:
    machine, error = RawMachine(), StreamError("cut")

    assert machine.fail(error) == []
    assert machine.over
    assert machine.error is error
    assert machine.partial() is None
