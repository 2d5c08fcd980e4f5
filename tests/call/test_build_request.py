"""Building requests from settings and keywords."""

import json
from typing import Any

import pytest

from vllm_client.call.build_request import build_request
from vllm_client.call.option_checks import CALL_OPTIONS, body_of, plain_body, refuse_unknown
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.call.retry import NO_RETRY, RetryPolicy
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import RequestError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.multipart import EncodedBody
from vllm_client.http.secrets import Secrets
from vllm_client.http.timeouts import Timeout
from vllm_client.vllm.routes import Route

SETTINGS = ClientSettings(
    BaseUrl.parse("http://h:8000/v1"),
    api_key="sk-sesame",
    headers=(("x-trace", "1"),),
    timeout=Timeout(total=7),
    retry=RetryPolicy(max_retries=7),
)

ANY = Route("POST", "/x", "", base="api")
MODELS = Route("GET", "/models", "", base="api")
SLEEP = Route("POST", "/sleep", "", replayable=False)


def read(reply: HttpResponse) -> int:
    return reply.status


def built(body: dict[str, Any] | None = None, **call: Any) -> RequestSpec[int]:
    return build_request(SETTINGS, ANY, read, body=body, call=call)


def test_request_has_the_values_of_the_settings() -> None:
    assert build_request(SETTINGS, MODELS, read) == RequestSpec(
        route=MODELS,
        server=SETTINGS.base_url,
        target="/v1/models",
        path="/v1/models",
        headers=SETTINGS.request_headers,
        body=b"",
        read=read,
        timeout=Timeout(total=7),
        retry=RetryPolicy(max_retries=7),
        request_id=None,
        replayable=True,
        secrets=Secrets(("Bearer sk-sesame", "sk-sesame")),
    )


def test_query_of_the_client_is_sent_and_the_query_of_the_call_wins() -> None:
    settings = SETTINGS.with_query("team", "a b").with_query("tag", ["x", "y"])

    def target(**call: Any) -> str:
        return build_request(settings, MODELS, read, query={"level": 1}, call=call).target

    assert target() == "/v1/models?team=a%20b&tag=x&tag=y&level=1"
    assert target(extra_query={"team": "c"}) == "/v1/models?team=c&tag=x&tag=y&level=1"
    assert build_request(SETTINGS, MODELS, read).target == "/v1/models"


def test_query_parameter_replaces_an_earlier_one_of_the_same_name() -> None:
    settings = SETTINGS.with_query("a", 1).with_query("a", True)
    assert build_request(settings, MODELS, read).target == "/v1/models?a=true"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("", "x", "query: expected the name of a parameter, got ''"),
        (3, "x", "query: expected the name of a parameter, got 3"),
        ("a", "\ud800", "query a: '\\ud800' is not valid Unicode"),
    ],
)
def test_query_parameter_that_cannot_be_sent_is_rejected(
    name: Any, value: str, problem: str
) -> None:
    with pytest.raises(RequestError) as caught:
        SETTINGS.with_query(name, value)
    assert problem in str(caught.value)


def test_a_control_call_is_not_replayable() -> None:
    assert not build_request(SETTINGS, SLEEP, read).replayable


def test_content_of_another_type_is_sent_unchanged_with_its_type() -> None:
    content = EncodedBody(b"--b--", "multipart/form-data; boundary=b")
    call = {"extra_headers": {"Content-Type": "application/json", "x-more": "1"}}
    spec = build_request(SETTINGS, ANY, read, content=content, call=call)

    assert spec.body is content.body
    assert [field for field in spec.headers if field[0] in ("content-type", "x-more")] == [
        ("x-more", "1"),
        ("content-type", "multipart/form-data; boundary=b"),
    ]


def test_body_is_json_with_its_content_type() -> None:
    spec = built({"model": "é"})

    assert spec.body == '{"model":"é"}'.encode()
    assert ("content-type", "application/json") in spec.headers
    assert built({}).body == b"{}"
    assert "content-type" not in dict(built().headers)


def test_content_type_of_the_caller_is_kept() -> None:
    spec = built({}, extra_headers={"Content-Type": "application/json; charset=utf-8"})

    types = [value for name, value in spec.headers if name == "content-type"]
    assert types == ["application/json; charset=utf-8"]


def test_options_of_the_call_override_the_settings() -> None:
    spec = built(
        timeout=9,
        retry=None,
        extra_headers={"X-Trace": "2", "Authorization": "Own other-sesame"},
        extra_query={"level": 1},
    )

    assert spec.timeout == Timeout(total=9.0)
    assert spec.retry == NO_RETRY
    assert [field for field in spec.headers if field[0] == "x-trace"] == [("x-trace", "2")]
    assert dict(spec.headers)["authorization"] == "Own other-sesame"
    assert (spec.target, spec.path) == ("/v1/x?level=1", "/v1/x")


def test_timeout_none_removes_the_limit_of_the_settings() -> None:
    assert built(timeout=None).timeout == Timeout(None, None, None, None)


def test_secret_in_extra_headers_is_known_and_longer_secrets_come_first() -> None:
    spec = built(extra_headers={"cookie": "sk-sesame-and-more"})

    assert set(spec.secrets) == {"sk-sesame-and-more", "Bearer sk-sesame", "sk-sesame"}
    assert [len(secret) for secret in spec.secrets] == sorted(map(len, spec.secrets), reverse=True)


def test_invalid_extra_header_is_rejected() -> None:
    with pytest.raises(RequestError, match="header 'x'"):
        built(extra_headers={"x": "a\nb"})


@pytest.mark.parametrize(
    ("header", "field", "request_id"),
    [
        (None, None, None),
        ("mine", None, "mine"),
        (None, "mine", "mine"),
        ("mine", "other", "mine"),
    ],
)
def test_request_id_of_the_caller_is_read_from_the_header_or_the_body(
    header: str | None, field: str | None, request_id: str | None
) -> None:
    spec = built(
        {"request_id": field} if field else {},
        extra_headers={"X-Request-ID": header} if header else None,
    )

    assert spec.request_id == request_id
    assert "x-request-id" not in dict(spec.headers)
    assert json.loads(spec.body).get("request_id") == field


def test_request_id_in_the_headers_of_the_client_is_used() -> None:
    spec = build_request(SETTINGS.with_header("X-Request-ID", "mine"), MODELS, read)

    assert spec.request_id == "mine"


@pytest.mark.parametrize("request_id", ["a\nb", 7, "東"])
def test_request_id_that_is_not_a_valid_header_is_rejected(request_id: Any) -> None:
    with pytest.raises(RequestError, match="x-request-id"):
        built({"request_id": request_id})


KNOWN = {"model", "temperature", "top_p", "structured_outputs", *CALL_OPTIONS}


def test_body_has_the_options_overridden_by_extra_body() -> None:
    options = {
        "model": "m",
        "temperature": 0.5,
        "top_p": None,
        "timeout": 7,
        "extra_headers": {"x": "1"},
        "extra_body": {"temperature": 1.0, "new": [1]},
    }
    before = json.dumps(options)

    assert body_of(options, KNOWN, "create()") == {
        "model": "m",
        "temperature": 1.0,
        "top_p": None,
        "new": [1],
    }
    assert json.dumps(options) == before
    assert body_of({"extra_body": None}, KNOWN, "create()") == {}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("temprature", "did you mean temperature?"),
        ("guided_json", 'did you mean structured_outputs={"json": …}?'),
        ("enable_thinking", "did you mean chat_template_kwargs="),
        ("timeouts", "did you mean timeout?"),
    ],
)
def test_error_for_an_unknown_option_has_the_correct_name(name: str, hint: str) -> None:
    with pytest.raises(RequestError) as caught:
        body_of({"model": "m", name: 1}, KNOWN, "create()")

    assert str(caught.value).startswith(f"create() has no option {name!r}; {hint}")


def test_unknown_option_without_a_similar_name_is_rejected() -> None:
    with pytest.raises(RequestError) as caught:
        refuse_unknown(["zzz"], KNOWN, "create()")

    assert str(caught.value) == (
        "create() has no option 'zzz' (extra_body sends what has no name here)"
    )


@pytest.mark.parametrize("stream", [False, None])
def test_plain_call_accepts_stream_false(stream: bool | None) -> None:
    body = {"stream": stream}

    assert plain_body(body, {}) is body


def test_plain_call_with_stream_true_is_rejected() -> None:
    with pytest.raises(RequestError, match="send_stream"):
        plain_body({"stream": True}, {})


def test_plain_call_with_wait_is_rejected() -> None:
    with pytest.raises(RequestError, match="wait: this call has no stream"):
        plain_body({}, {"wait": False})


def test_wait_option_is_passed_on() -> None:
    assert built().wait is True
    assert built(wait=False).wait is False
    with pytest.raises(RequestError, match="wait: expected True or False, got 0"):
        built(wait=0)
