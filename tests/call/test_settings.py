"""The settings of a client: base URLs, API keys, header fields, queries."""

import base64
import pickle
import platform
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings, strategies as st

from vllm_client._version import __version__
from vllm_client.call.retry import NO_RETRY, RetryPolicy
from vllm_client.call.settings import (
    ClientSettings,
    base_url_of,
    checked_key,
    retry_of,
    settings_of,
)
from vllm_client.codec.thinking import Thinking
from vllm_client.errors import RequestError
from vllm_client.http.base_url import BaseUrl, path_segment, query_text
from vllm_client.http.http1 import request_bytes
from vllm_client.http.request_headers import checked_headers, replaced
from vllm_client.http.secrets import secrets_of
from vllm_client.http.timeouts import Timeout

BASIC = "Basic dXNlcjpzZXNhbWU="  # user:sesame


# Base URLs.


@pytest.mark.parametrize(
    ("url", "text", "root"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1", ""),
        ("http://localhost:8000/v1/", "http://localhost:8000/v1", ""),
        ("http://localhost:8000", "http://localhost:8000/v1", ""),
        ("http://localhost:8000/", "http://localhost:8000/v1", ""),
        ("http://h/llm/v1", "http://h/llm/v1", "/llm"),
        ("http://h/llm/v1///", "http://h/llm/v1", "/llm"),
        ("http://h/llm", "http://h/llm/v1", "/llm"),
        ("http://h/llm/", "http://h/llm/v1", "/llm"),
        ("http://h/a/b/v12", "http://h/a/b/v12", "/a/b"),
        ("http://h/v1beta", "http://h/v1beta/v1", "/v1beta"),
        ("http://h/v1/models", "http://h/v1/models/v1", "/v1/models"),
        ("http://h/xv1", "http://h/xv1/v1", "/xv1"),
        ("http://h:80/v1", "http://h/v1", ""),
        ("http://h:443/v1", "http://h:443/v1", ""),
        ("https://h", "https://h/v1", ""),
        ("https://h:443", "https://h/v1", ""),
        ("HTTPS://GPU.Example.COM/LLM", "https://gpu.example.com/LLM/v1", "/LLM"),
        (" http://h\n", "http://h/v1", ""),
        ("http://[::1]:8000", "http://[::1]:8000/v1", ""),
        ("http://[::1]", "http://[::1]/v1", ""),
        ("http://127.0.0.1", "http://127.0.0.1/v1", ""),
        ("http://h/a b/é%20", "http://h/a%20b/%C3%A9%20/v1", "/a%20b/%C3%A9%20"),
        ("http://bücher.example", "http://xn--bcher-kva.example/v1", ""),
        ("http://user:sesame@h:1/v1", "http://h:1/v1", ""),
    ],
)
def test_a_base_url_has_an_api_and_a_root(url: str, text: str, root: str) -> None:
    parsed = BaseUrl.parse(url)

    assert (str(parsed), parsed.root) == (text, root)


@pytest.mark.parametrize(
    ("url", "route", "base"),
    [
        ("http://h/v1/chat/completions", "/chat/completions", "http://h/v1"),
        ("http://h/v1/chat/completions/", "/chat/completions", "http://h/v1"),
        (" http://h/v1/completions\n", "/completions", "http://h/v1"),
        ("http://h/chat/completions", "/chat/completions", "http://h"),
        ("http://h:8000/llm/v1/models", "/models", "http://h:8000/llm/v1"),
        ("http://h/v1/embeddings", "/embeddings", "http://h/v1"),
        ("http://h/v1/messages/count_tokens", "/messages/count_tokens", "http://h/v1"),
        ("http://h/v1/audio/transcriptions", "/audio/transcriptions", "http://h/v1"),
        ("http://h/v1/score", "/score", "http://h/v1"),
        ("http://h/v2/rerank", "/v2/rerank", "http://h"),
        ("http://h/tokenize", "/tokenize", "http://h"),
        ("http://h/health", "/health", "http://h"),
        ("http://user:sesame@h/a b/v1/responses", "/responses", "http://h/a%20b/v1"),
    ],
)
@pytest.mark.parametrize("api_prefix", [None, ""])
def test_base_url_with_the_path_of_a_route_is_rejected(
    url: str, route: str, base: str, api_prefix: str | None
) -> None:
    with pytest.raises(RequestError) as caught:
        base_url_of(url, api_prefix)

    assert str(caught.value).startswith(f"base_url: leave out {route} at its end, as in {base}:")
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://h/v1",
        "http://h/embeddings/v1",
        "http://h/models/v1/",
        "http://h/mymodels",
        "http://h/models/qwen",
        "http://models/v1",
        "http://health",
    ],
)
def test_base_url_with_a_route_in_the_middle_is_accepted(url: str) -> None:
    assert base_url_of(url, None) == BaseUrl.parse(url)


@pytest.mark.parametrize(
    ("url", "api_prefix", "api", "root"),
    [
        ("http://h/llm", "", "/llm", "/llm"),
        ("http://h/llm/", "/", "/llm", "/llm"),
        ("http://h", "", "", ""),
        ("http://h/llm", "/openai/v1/", "/llm/openai/v1", "/llm"),
        ("http://h", "openai", "/openai", ""),
        ("http://h/v1", "", "/v1", "/v1"),
        ("http://h", "a b", "/a%20b", ""),
    ],
)
def test_a_gateway_may_have_another_prefix_or_none(
    url: str, api_prefix: str, api: str, root: str
) -> None:
    parsed = BaseUrl.parse(url, api_prefix)

    assert (parsed.api, parsed.root) == (api, root)


@pytest.mark.parametrize(
    ("url", "netloc"),
    [
        ("http://h", "h"),
        ("http://h:80", "h"),
        ("http://h:8000", "h:8000"),
        ("https://h", "h"),
        ("https://h:80", "h:80"),
        ("http://[fe80::1]:8000", "[fe80::1]:8000"),
        ("https://[fe80::1]", "[fe80::1]"),
    ],
)
def test_host_header_has_the_port_unless_it_is_the_default(url: str, netloc: str) -> None:
    parsed = BaseUrl.parse(url)

    assert parsed.netloc == netloc
    assert ("host", netloc) in ClientSettings(parsed).request_headers


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "as in http://host:8000$"),
        ("localhost:8000/v1", "as in http://localhost:8000$"),
        ("10.0.0.7:8000/v1", "as in http://10.0.0.7:8000$"),
        ("gpu.example.com/v1", "as in http://gpu.example.com:8000$"),
        ("ftp://gpu/v1", "as in http://gpu:8000$"),
        ("http:gpu/v1", "as in http://gpu:8000$"),
        ("user:sesame@gpu/v1", "as in http://gpu:8000$"),
        ("http://", "as in http://host:8000$"),
        ("http://:8000", "as in http://host:8000$"),
        ("http://h:port/v1", "its host or port is not valid"),
        ("http://h:65536", "its host or port is not valid"),
        ("http://[::1", "its host or port is not valid"),
        ("http://h/v1?api-version=1", "remove the query and the fragment"),
        ("http://h/v1#top", "remove the query and the fragment"),
        ("http://a b/v1", "'a b' is not a valid host name"),
        ("http://é..é/v1", "is not a valid host name"),
    ],
)
def test_invalid_base_url_is_rejected(url: str, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        BaseUrl.parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:sesame@",
        "ftp://user:sesame@h",
        "http://user:sesame@h:port",
        "http://user:sesame@[::1",
        "http://user:sesame@a b",
        "http://user:sesame@h/v1?x",
        "http://user:sesame/x@h",
        "http://user:sesame#x@h",
        "http://user:sesame@h℀",
        "user:sesame@h/v1",
        "user_name:sesame@h/v1",
        "user_name:sesame/x@h/v1",
    ],
)
def test_error_for_an_invalid_base_url_hides_the_password(url: str) -> None:
    with pytest.raises(RequestError) as caught:
        BaseUrl.parse(url)

    assert "sesame" not in repr(caught.value)
    assert caught.value.__cause__ is None


@settings(deadline=None, max_examples=500)
@given(
    st.text()
    | st.builds("http://{}/{}".format, st.text("aé.:@[]%1 \r\n\t\x00", max_size=8), st.text())
)
@example("http://h/\r\nx: y")
@example("http://h/a\x00b\x7f")
@example("http://h;x=y,z")
def test_any_text_is_a_usable_base_url_or_is_rejected(url: str) -> None:
    try:
        parsed = BaseUrl.parse(url)
    except RequestError:
        return
    fields = ClientSettings(parsed).request_headers

    assert checked_headers(dict(fields)) == fields
    for path in (parsed.api, parsed.root):
        request = request_bytes("GET", path + "/models", fields, b"")
        assert request.split(b"\r\n")[0].split(b" ") == [
            b"GET",
            path.encode() + b"/models",
            b"HTTP/1.1",
        ]


# Keys, header fields and environment variables.


def of(
    base_url: str | None = "http://h", environment: dict[str, str] | None = None, **given: Any
) -> ClientSettings:
    keywords: dict[str, Any] = {
        "api_key": None,
        "timeout": Timeout(),
        "headers": None,
        "retry": RetryPolicy(),
        "thinking": True,
        "api_prefix": None,
    }
    return settings_of(base_url, environment or {}, **keywords | given)


def test_the_defaults_are_those_of_a_server_on_this_machine() -> None:
    made = of(None)

    assert made == ClientSettings(BaseUrl("http", "localhost", 8000, "", "/v1"))
    assert made.request_headers == (
        ("host", "localhost:8000"),
        ("user-agent", f"vllm-client-sdk/{__version__} python/{platform.python_version()}"),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
    )
    assert made.secrets == ()


def test_keywords_are_stored_in_the_settings() -> None:
    made = of(
        timeout=timedelta(minutes=1),
        retry=None,
        thinking=False,
        headers={"X-Trace-ID": "7"},
        api_prefix="",
    )

    assert made == ClientSettings(
        BaseUrl("http", "h", 80, "", ""),
        headers=(("x-trace-id", "7"),),
        timeout=Timeout(total=60.0),
        retry=NO_RETRY,
        thinking=None,
    )
    assert of(thinking=Thinking("<a>", "</a>")).thinking == Thinking("<a>", "</a>")


@pytest.mark.parametrize(
    ("given", "environment", "text"),
    [
        ("http://given", {"VLLM_BASE_URL": "http://environment"}, "http://given/v1"),
        (None, {"VLLM_BASE_URL": "http://environment/v1/"}, "http://environment/v1"),
        ("", {"VLLM_BASE_URL": "http://environment"}, "http://environment/v1"),
        (None, {"VLLM_BASE_URL": ""}, "http://localhost:8000/v1"),
        (None, {"OPENAI_BASE_URL": "http://openai"}, "http://localhost:8000/v1"),
    ],
)
def test_the_base_url_falls_back_to_the_environment(
    given: str | None, environment: dict[str, str], text: str
) -> None:
    assert str(of(given, environment).base_url) == text


@pytest.mark.parametrize("given", [[], (), {}, 0])
def test_base_url_without_a_server_does_not_fall_back_to_the_environment(given: Any) -> None:
    with pytest.raises(RequestError):
        of(given, {"VLLM_BASE_URL": "http://environment"})


@pytest.mark.parametrize(
    ("given", "environment", "key"),
    [
        ("given", {"VLLM_API_KEY": "environment"}, "given"),
        (None, {"VLLM_API_KEY": "environment"}, "environment"),
        (None, {"VLLM_API_KEY": ""}, None),
        (None, {"OPENAI_API_KEY": "sk-of-someone-else"}, None),
        (None, {}, None),
    ],
)
def test_key_falls_back_only_to_the_variable_of_vllm(
    given: str | None, environment: dict[str, str], key: str | None
) -> None:
    made = of(environment=environment, api_key=given)

    assert made.api_key == key
    assert dict(made.request_headers).get("authorization") == (key and f"Bearer {key}")


@pytest.mark.parametrize(
    ("url", "given", "authorization"),
    [
        ("http://h", {"api_key": "key"}, "Bearer key"),
        ("http://user:sesame@h", {}, BASIC),
        ("http://user:ses%61me@h", {}, BASIC),
        ("http://user@h", {}, "Basic dXNlcjo="),
        ("http://:sesame@h", {}, "Basic OnNlc2FtZQ=="),
        ("http://user:sesame@h", {"api_key": "key"}, "Bearer key"),
        ("http://user:sesame@h", {"headers": {"Authorization": "Own 1"}}, "Own 1"),
        ("http://h", {"api_key": "key", "headers": {"AUTHORIZATION": "Own 1"}}, "Own 1"),
    ],
)
def test_header_overrides_key_and_key_overrides_password_in_the_url(
    url: str, given: dict[str, Any], authorization: str
) -> None:
    fields = of(url, **given).request_headers

    assert [value for name, value in fields if name == "authorization"] == [authorization]


def test_every_default_header_can_be_replaced() -> None:
    replacements = {"Host": "other", "User-Agent": "mine", "ACCEPT": "a/b", "accept-encoding": "br"}
    fields = of(headers=replacements).request_headers

    assert fields == tuple((name.lower(), value) for name, value in replacements.items())


def test_with_header_returns_new_settings() -> None:
    one = of(headers={"X-A": "1"})
    two = one.with_header("x-a", "2").with_header("X-B", "3")

    assert one.headers == (("x-a", "1"),)
    assert two.headers == (("x-a", "2"), ("x-b", "3"))
    assert two.request_headers[-2:] == two.headers
    with pytest.raises(RequestError):
        one.with_header("x-a", "a\nb")


def test_settings_are_values_that_pickle_and_evolve() -> None:
    made = of("http://user:sesame@h", api_key="key", headers={"x-a": "1"})
    assert made.secrets
    again = pickle.loads(pickle.dumps(made))

    assert again == made == of("http://user:sesame@h", api_key="key", headers={"x-a": "1"})
    assert again.request_headers == made.request_headers
    assert ("authorization", "Bearer other") in attrs.evolve(made, api_key="other").request_headers


def test_no_repr_shows_a_secret() -> None:
    made = of("http://user:sesame@h", api_key="sk-1234", headers={"cookie": "crumbs"})

    for text in (repr(made), str(made), repr(made.base_url), str(made.base_url)):
        for secret in ("sesame", "sk-1234", "crumbs", "user"):
            assert secret not in text


def test_secrets_are_values_tokens_and_passwords_longest_first() -> None:
    made = of("http://user:sesame@h", headers={"Cookie": "crumbs", "x-trace": "visible"})

    assert made.secrets == (
        BASIC,
        BASIC.removeprefix("Basic "),
        "user:sesame",
        "crumbs",
        "sesame",
    )
    assert of(api_key="sk-open").secrets == ("Bearer sk-open", "sk-open")


def test_passwords_of_proxies_are_secrets_and_in_no_request() -> None:
    made = of(environment={"HTTP_PROXY": "http://user:ses%61me@proxy", "NO_PROXY": "*"})

    for secret in ("user:ses%61me", "ses%61me", "user:sesame", "sesame", "dXNlcjpzZXNhbWU="):
        assert secret in made.secrets
    assert made.request_headers == of().request_headers
    assert "same" not in repr(made)


def test_passwords_of_proxies_may_contain_invalid_utf_8() -> None:
    made = of(environment={"HTTP_PROXY": "http://user:ses\udce9me@proxy", "NO_PROXY": "*"})

    assert base64.b64encode(b"user:ses\xe9me").decode() in made.secrets


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"base_url": "http://us\ud800er:sesame@h"}, "base_url: its user or password is not valid"),
        ({"base_url": "http://user:ses\ud800ame@h"}, "base_url: its user or password is not valid"),
        ({"api_prefix": "/a\ud800"}, r"api_prefix: 'a\\ud800' is not valid Unicode"),
        ({"base_url": "\ud800"}, "base_url: expected http"),
        ({"base_url": "http://\ud800/v1"}, "base_url: .* is not a valid host name"),
    ],
)
def test_lone_surrogate_is_rejected_in_settings(settings: Any, message: str) -> None:
    with pytest.raises(RequestError, match=message) as caught:
        of(**settings)

    assert str(caught.value).encode()
    assert "ses" not in str(caught.value)


@pytest.mark.parametrize("name", ["a\ud800", "\udfff", "a\ud800b"])
def test_lone_surrogate_is_rejected_in_names_of_the_query(name: str) -> None:
    for query, extra in (({name: 1}, {}), ({}, {name: [1, 2]})):
        with pytest.raises(RequestError, match=r"query: '.*' is not valid Unicode"):
            query_text(query, extra)


@pytest.mark.parametrize("value", ["a\ud800", ["b", "\udfff"]])
def test_lone_surrogate_is_rejected_in_values_of_the_query_and_of_the_path(
    value: Any,
) -> None:
    for query, extra in (({"q": value}, {}), ({}, {"q": value})):
        with pytest.raises(RequestError, match=r"query q: '.*' is not valid Unicode"):
            query_text(query, extra)
    with pytest.raises(RequestError, match=r"response_id: "):
        path_segment("response_id", value)


def test_short_value_that_could_be_a_word_is_not_a_secret() -> None:
    assert secrets_of((("cookie", "a=b"),), "key", None) == ()


# Validation of header fields and keys.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-a", "se\nsame"),
        ("x-a", "sesame\r\nhost: other"),
        ("x-a", "sesame "),
        ("x-a", " sesame"),
        ("x-a", "sesame東"),
        ("x-a", "sesame\x00"),
        ("x-a", b"sesame"),
        ("x-a", None),
        ("x-a", 7),
        ("Authorization ", "Bearer sesame"),
        ("x a", "sesame"),
        ("x-ä", "sesame"),
        ("", "sesame"),
        (b"x-a", "sesame"),
        (None, "sesame"),
        ("Content-Length", "7"),
        ("transfer-encoding", "chunked"),
    ],
)
def test_invalid_header_is_rejected_without_showing_its_value(name: Any, value: Any) -> None:
    with pytest.raises(RequestError, match=r"^header ") as caught:
        checked_headers({"x-legal": "1", name: value})

    assert "same" not in repr(caught.value)
    assert repr(name) in str(caught.value)


def test_valid_headers_are_kept_in_order_with_names_in_lower_case() -> None:
    given = {"X-B": "1", "x-a": "é\tb", "X-b": "", "X-C": "3"}

    assert checked_headers(given) == (("x-b", ""), ("x-a", "é\tb"), ("x-c", "3"))
    assert checked_headers({}) == ()


@pytest.mark.parametrize("key", ["sesame\n", "ses\x00ame", "sesame ", "東sesame", " "])
def test_invalid_key_is_rejected_without_showing_it(key: str) -> None:
    with pytest.raises(RequestError, match=r"^api_key") as caught:
        checked_key(key)

    assert "ame" not in str(caught.value)


def test_valid_key_is_returned_unchanged() -> None:
    assert checked_key("sk-1") == "sk-1"
    assert checked_key(None) is None


def test_newer_fields_replace_all_fields_of_the_same_name() -> None:
    assert replaced((("a", "1"), ("b", "2"), ("a", "3")), (("a", "4"),)) == (("b", "2"), ("a", "4"))


def test_retry_none_disables_retries() -> None:
    assert retry_of(None) == NO_RETRY
    assert retry_of(RetryPolicy(max_retries=7)) == RetryPolicy(max_retries=7)


def test_retry_number_is_the_number_of_retries() -> None:
    assert retry_of(3) == RetryPolicy(max_retries=3)
    assert retry_of(0) == NO_RETRY


@pytest.mark.parametrize("value", [-1, 2.5, False, True, "twice"])
def test_invalid_retry_is_rejected(value: Any) -> None:
    with pytest.raises(RequestError, match="retry: expected a number of retries, a RetryPolicy or"):
        retry_of(value)


# Queries.


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({}, ""),
        ({"level": 1}, "?level=1"),
        ({"tags": ["weights", "kv_cache"], "wait": True}, "?tags=weights&tags=kv_cache&wait=true"),
        ({"tags": (), "team": None}, ""),
        ({"a b": "c&d=é/?#", "x": False}, "?a%20b=c%26d%3D%C3%A9%2F%3F%23&x=false"),
    ],
)
def test_a_query_repeats_the_name_of_a_list(query: dict[str, Any], text: str) -> None:
    assert query_text({}, query) == text
