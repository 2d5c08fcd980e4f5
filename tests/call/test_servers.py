"""The configuration of several servers."""

from __future__ import annotations

from typing import Any

import pytest

from vllm_client import RequestError, Servers
from vllm_client.call.servers import several


def test_servers_have_names_or_are_named_by_their_urls() -> None:
    assert Servers({"a": "http://x"}).urls == {"a": "http://x"}
    assert Servers(["http://x", "http://y"]).urls == {
        "http://x": "http://x",
        "http://y": "http://y",
    }
    assert Servers(["http://x"]).policy == "least_loaded"
    assert Servers(["http://x"], policy="prefix") == Servers(["http://x"], policy="prefix")


@pytest.mark.parametrize("urls", [[], {}, {"": "http://x"}, {1: "http://x"}, "http://x", b"x", 7])
def test_servers_without_a_name_are_rejected(urls: Any) -> None:
    with pytest.raises(RequestError, match="expected base URLs"):
        Servers(urls)


def test_error_for_an_unknown_policy_lists_the_known_ones() -> None:
    with pytest.raises(RequestError, match="'least_loaded', 'prefix', 'round_robin', got 'best'"):
        Servers(["http://x"], policy="best")  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["http://x", "http://x,y/v1", " http://x , "])
def test_one_url_is_one_server(given: str) -> None:
    assert several(given) is None


@pytest.mark.parametrize(
    "given",
    ["http://x,https://y", " http://x , https://y ,", ["http://x", "https://y"]],
)
def test_list_and_comma_separated_text_are_several_servers(given: Any) -> None:
    assert several(given) == Servers(["http://x", "https://y"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "servers: expected base URLs"),
        ({"a": "http://me:hunter2@x"}, "base_url: for servers with names write Servers"),
        (8000, "base_url: expected a URL, a list of URLs or Servers, got int"),
        (b"http://me:hunter2@x", "base_url: expected a URL, a list of URLs or Servers, got bytes"),
    ],
)
def test_invalid_servers_are_rejected_and_not_shown(given: Any, words: str) -> None:
    with pytest.raises(RequestError, match=words) as caught:
        several(given)
    assert "hunter2" not in str(caught.value)


def test_urls_are_not_shown() -> None:
    assert "hunter2" not in repr(Servers({"a": "http://me:hunter2@x"}))
