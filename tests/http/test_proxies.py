"""Proxies from environment variables, and exceptions by NO_PROXY."""

import urllib.request

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
        ("http", {"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, None),
        ("http", {"http_proxy": PROXY, "REQUEST_METHOD": "GET"}, PROXY),
        ("https", {"HTTPS_PROXY": PROXY, "REQUEST_METHOD": "GET"}, PROXY),
        ("http", {"http_proxy": "proxy:3128"}, PROXY),
        ("http", {"http_proxy": "user:word@proxy"}, "http://user:word@proxy"),
        ("http", {"all_proxy": "socks://proxy:1080"}, "socks5://proxy:1080"),
        ("http", {"all_proxy": "SOCKS://a:b@proxy"}, "socks5://a:b@proxy"),
        ("http", {"all_proxy": "socks5h://proxy:1080"}, "socks5h://proxy:1080"),
        ("http", {"all_proxy": "socks://proxy", "http_proxy": PROXY}, PROXY),
    ],
)
def test_the_proxy_is_that_of_the_scheme_or_all_proxy(
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
        ("0:0:0:0:0:0:0:1", "::1", True),
        ("::0001", "::1", True),
        ("FE80::A", "fe80::a", True),
        ("fe80::a", "fe80::a%eth0", True),
        ("[fe80::a]", "fe80::a%25eth0", True),
        ("fe80::/10", "fe80::a", True),
        ("fe80::/10", "fe80::a%eth0", True),
        ("[fe80::]/10", "fe80::a", True),
        ("fe80::/10", "2001:db8::1", False),
        ("::/0", "2001:db8::1", True),
        ("::/0", "127.0.0.1", False),
        ("0.0.0.0/0", "::1", False),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("127.0.0.0/8", "::ffff:7f00:1", True),
        ("::ffff:127.0.0.1", "127.0.0.1", True),
        ("10.0.0.0/8", "10.255.0.1", True),
        ("10.1.2.3/8", "10.255.0.1", True),
        ("10.0.0.0/255.0.0.0", "10.255.0.1", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("10.0.0.0/8", "gpu.example.com", False),
        ("10.0.0.0/33", "10.0.0.1", False),
        ("127.0.0.1/32", "127.0.0.1", True),
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("127.0.0.1:8001", "127.0.0.1", False),
        ("localhost,::1,[::1],fe80::/10", "gpu.invalid", False),
    ],
)
def test_no_proxy_matches_hosts_and_domains(no_proxy: str, host: str, excepted: bool) -> None:
    environment = {"http_proxy": PROXY, "no_proxy": no_proxy}

    assert proxy_for("http", host, 8000, environment) == (None if excepted else PROXY)


ENTRIES = [
    "*", "example.com", ".example.com", "gpu.example.com", "GPU.Example.com", "ample.com",
    "gpu.example.com:8000", "gpu.example.com:8001", "a, gpu.example.com", "a,b", "", ",", ".",
    "localhost", "127.0.0.1", "127.0.0.1:8000", "127.0.0.2", "0.0.1", "10.0.0.0/33",
]  # fmt: skip
HOSTS = ["gpu.example.com", "example.com", "localhost", "127.0.0.1", "10.0.0.1"]

# (no_proxy, host) -> our result; urllib's is the opposite.
DIFFERENCES = {
    # curl and Go accept blanks between entries, urllib only commas
    ("a gpu.example.com", "gpu.example.com"): True,
    # the form of a domain in many manuals
    ("*.example.com", "gpu.example.com"): True,
    # Go and curl accept `*` anywhere in the list, urllib only as the whole value
    ("a,*", "gpu.example.com"): True,
    # a URL instead of a host
    ("http://gpu.example.com", "gpu.example.com"): True,
    # networks
    ("127.0.0.0/8", "127.0.0.1"): True,
    ("fe80::/10", "fe80::1"): True,
    # urllib compares addresses as text, and IPv6 hosts with their brackets
    ("::1", "::1"): True,
    ("0:0:0:0:0:0:0:1", "::1"): True,
}


def _by_urllib(no_proxy: str, host: str) -> bool:
    netloc = f"[{host}]:8000" if ":" in host else f"{host}:8000"
    return bool(urllib.request.proxy_bypass_environment(netloc, {"no": no_proxy}))


def _by_us(no_proxy: str, host: str) -> bool:
    environment = {"http_proxy": PROXY, "no_proxy": no_proxy}
    return proxy_for("http", host, 8000, environment) is None


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("no_proxy", ENTRIES)
def test_no_proxy_is_interpreted_as_by_urllib(no_proxy: str, host: str) -> None:
    assert _by_us(no_proxy, host) == _by_urllib(no_proxy, host)


@pytest.mark.parametrize(("no_proxy", "host"), DIFFERENCES)
def test_known_differences_from_urllib(no_proxy: str, host: str) -> None:
    excepted = DIFFERENCES[no_proxy, host]

    assert (_by_us(no_proxy, host), _by_urllib(no_proxy, host)) == (excepted, not excepted)


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
def test_credentials_of_all_proxies_are_returned(
    environment: dict[str, str], credentials: tuple[str, ...]
) -> None:
    assert proxy_credentials(environment) == credentials
