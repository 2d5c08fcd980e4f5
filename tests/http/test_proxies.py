"""Proxies of the environment, and the hosts that are excepted from them."""

import pytest

from vllm_client.http.proxies import proxy_credentials, proxy_for

PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    ("scheme", "environment", "proxy"),
    [
        ("http", {}, None),
        ("http", {"http_proxy": PROXY}, PROXY),
        ("http", {"HTTP_PROXY": PROXY}, PROXY),
        ("http", {"http_proxy": PROXY, "HTTP_PROXY": "http://other"}, PROXY),
        ("http", {"http_proxy": "", "HTTP_PROXY": PROXY}, None),
        ("http", {"HTTPS_PROXY": PROXY}, None),
        ("https", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https", {"http_proxy": PROXY}, None),
        ("https", {"ALL_PROXY": PROXY}, PROXY),
        ("http", {"all_proxy": PROXY, "http_proxy": "http://own"}, "http://own"),
        ("http", {"http_proxy": PROXY, "no_proxy": "*"}, None),
        ("http", {"http_proxy": PROXY, "NO_PROXY": "gpu.example.com"}, None),
        ("http", {"http_proxy": PROXY, "no_proxy": "", "NO_PROXY": "*"}, PROXY),
    ],
)
def test_the_proxy_is_that_of_the_scheme_or_of_all(
    scheme: str, environment: dict[str, str], proxy: str | None
) -> None:
    assert proxy_for(scheme, "gpu.example.com", 8000, environment) == proxy


@pytest.mark.parametrize(
    ("no_proxy", "host", "excepted"),
    [
        ("gpu.example.com", "gpu.example.com", True),
        ("GPU.example.com", "gpu.EXAMPLE.com", True),
        ("example.com", "gpu.example.com", True),
        (".example.com", "gpu.example.com", True),
        ("*.example.com", "gpu.example.com", True),
        ("ample.com", "gpu.example.com", False),
        ("gpu.example.com", "example.com", False),
        ("a, b ,gpu.example.com", "gpu.example.com", True),
        ("a b gpu.example.com", "gpu.example.com", True),
        ("gpu.example.com:8000", "gpu.example.com", True),
        ("gpu.example.com:8001", "gpu.example.com", False),
        ("http://gpu.example.com", "gpu.example.com", True),
        ("*", "gpu.example.com", True),
        ("localhost", "localhost", True),
        ("localhost", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::1", True),
        ("[::1]", "::1", True),
        ("[::1]:8000", "::1", True),
        ("[::1]:8001", "::1", False),
        ("::2", "::1", False),
        (" , ,", "gpu.example.com", False),
        (".", "gpu.example.com.", False),
        (":8000", "gpu.example.com", False),
    ],
)
def test_no_proxy_names_hosts_and_domains(no_proxy: str, host: str, excepted: bool) -> None:
    environment = {"http_proxy": PROXY, "no_proxy": no_proxy}

    assert proxy_for("http", host, 8000, environment) == (None if excepted else PROXY)


@pytest.mark.parametrize(
    ("environment", "credentials"),
    [
        ({}, ()),
        ({"http_proxy": PROXY}, ()),
        ({"http_proxy": "http://user:sesame@proxy"}, ("user:sesame",)),
        ({"HTTPS_PROXY": "socks5://user:ses%40me@proxy"}, ("user:ses%40me", "user:ses@me")),
        ({"all_proxy": "user:sesame@proxy:3128"}, ("user:sesame",)),
        ({"http_proxy": "http://a:b@x", "ALL_PROXY": "http://c:d@y"}, ("a:b", "c:d")),
        ({"http_proxy": "http://user:p@ss@proxy"}, ("user:p@ss",)),
    ],
)
def test_credentials_are_those_of_all_proxies(
    environment: dict[str, str], credentials: tuple[str, ...]
) -> None:
    assert proxy_credentials(environment) == credentials
