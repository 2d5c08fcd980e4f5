"""The address to connect to."""

import ssl

import attrs
import pytest

from vllm_client.http.address import Address
from vllm_client.http.base_url import BaseUrl


@pytest.mark.parametrize(
    ("url", "uds", "address", "text"),
    [
        ("http://h:8000/llm/v1", None, Address("h", 8000, False), "h:8000"),
        ("https://h", None, Address("h", 443, True), "h:443"),
        ("http://[::1]", None, Address("::1", 80, False), "[::1]:80"),
        ("http://h", "/run/vllm.sock", Address("h", 80, False, "/run/vllm.sock"), "/run/vllm.sock"),
        ("http://user:secret@h", None, Address("h", 80, False), "h:80"),
    ],
)
def test_an_address_is_that_of_the_base_url(
    url: str, uds: str | None, address: Address, text: str
) -> None:
    made = Address.of(BaseUrl.parse(url), uds, None)

    assert made == address
    assert str(made) == text


def test_the_ssl_context_of_the_caller_is_used() -> None:
    context = ssl.create_default_context()

    assert Address.of(BaseUrl.parse("https://h"), None, context).ssl_context is context


def test_a_chosen_ip_address_is_shown_instead_of_the_name() -> None:
    url = attrs.evolve(BaseUrl.parse("https://h:8000/llm/v1"), address="fe80::1")

    made = Address.of(url, None, None)

    assert (made.host, made.ip) == ("h", "fe80::1")
    assert str(made) == "[fe80::1]:8000"
    assert str(url) == "https://[fe80::1]:8000/llm/v1"
    assert url.netloc == "h:8000"
