"""The header fields of responses."""

import pickle

import pytest

from vllm_client.http.headers import Headers

FIELDS = [("Content-Type", "text/plain"), ("Via", "a"), ("via", "b"), ("VIA", "c")]


def test_names_are_case_insensitive_and_repeated_fields_are_joined() -> None:
    headers = Headers(FIELDS)

    assert headers["content-type"] == headers["CONTENT-TYPE"] == "text/plain"
    assert headers.get("Via") == "a, b, c"
    assert "vIA" in headers
    assert dict(headers) == {"content-type": "text/plain", "via": "a, b, c"}
    assert len(headers) == 2


def test_pairs_are_the_fields_as_received() -> None:
    assert Headers(iter(FIELDS)).pairs == tuple(FIELDS)


def test_a_missing_field_is_not_found() -> None:
    headers = Headers()

    assert headers.get("date") is None
    assert "date" not in headers
    with pytest.raises(KeyError):
        headers["Date"]


def test_equal_fields_make_equal_headers() -> None:
    assert Headers([("A", "1")]) == Headers([("a", "1")])
    assert Headers([("A", "1")]) != Headers([("A", "2")])
    assert pickle.loads(pickle.dumps(Headers(FIELDS))) == Headers(FIELDS)


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "api-key",
        "x-auth-token",
        "cf-access-client-secret",
        "ocp-apim-subscription-key",
        "x-amz-security-token",
        "x-amz-credential",
        "x-signature",
        "x-password",
    ],
)
def test_a_secret_is_not_shown(name: str) -> None:
    headers = Headers([(name.title(), "sesame"), ("server", "uvicorn")])

    assert repr(headers) == f"Headers({{'{name}': '***', 'server': 'uvicorn'}})"
    assert headers[name] == "sesame"


@pytest.mark.parametrize("name", ["server", "content-type", "x-request-id", "retry-after", "date"])
def test_other_fields_are_shown(name: str) -> None:
    assert repr(Headers([(name, "sesame")])) == f"Headers({{'{name}': 'sesame'}})"
