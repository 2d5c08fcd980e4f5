"""Base URLs with a route in them, and the exceptions of NO_PROXY."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.facades.dialogue import ANSWER, HELLO, ask, http
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import IoError, RequestError
from vllm_client.testing import SimulatedVllm


@pytest.mark.parametrize(
    "route",
    [
        "v1/messages",
        "v1/chat/completions/",
        "v1/audio/transcriptions",
        "v1/rerank",
        "llm/v1/chat/completions",
        "chat/completions",
        "v1/score",
        "pooling",
        "tokenize",
    ],
)
def test_route_in_the_base_url_is_named(facade: SyncFacade, route: str) -> None:
    with pytest.raises(RequestError) as caught:
        ask(facade.client(f"http://127.0.0.1:9/{route}", retry=None))
    name = route.strip("/").rpartition("/")[2]
    assert name in str(caught.value)


@pytest.mark.parametrize("prefix", ["chat", "models-eu", "my/completions-proxy", "v1beta"])
def test_prefix_that_only_resembles_a_route_is_used(facade: SyncFacade, prefix: str) -> None:
    asked: list[bytes] = []

    def treat(visit: Visit) -> None:
        asked.append(visit.read_request())
        visit.send(HELLO)

    with RawServer(treat) as server:
        client = facade.client(f"http://127.0.0.1:{server.port}/{prefix}", retry=None)
        assert ask(client).content == "Hello!"
    assert asked[0].startswith(f"POST /{prefix}/v1/chat/completions ".encode())


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def proxy() -> Iterator[RawServer]:
    def treat(visit: Visit) -> None:
        while True:
            visit.read_request()
            visit.send(http(ANSWER.replace(b"Hello!", b"by proxy")))

    with RawServer(treat) as server:
        yield server


@pytest.mark.parametrize(
    ("no_proxy", "direct"),
    [
        ("127.0.0.0/30", True),
        ("10.0.0.0/8 , 127.0.0.1", True),
        ("10.0.0.0/8 127.0.0.0/8", True),
        ("[::1]:8000,fe80::%eth0/10", False),
        ("127.0.0.0/33", False),
        ("127.0.0.2/32", False),
        ("0.0.0.0/0", True),
        ("", False),
        (",,", False),
        ("127.0.0.1:1", False),
        ("*", True),
    ],
)
def test_exceptions_of_no_proxy(
    facade: SyncFacade,
    server: SimulatedVllm,
    proxy: RawServer,
    monkeypatch: pytest.MonkeyPatch,
    no_proxy: str,
    direct: bool,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    server.reply("direct")
    content = ask(facade.client(server.base_url, retry=None)).content
    assert content == ("direct" if direct else "by proxy")


@pytest.mark.parametrize("entry", ["[::1]", "::1", "0:0:0:0:0:0:0:1", "::/64", "[::1]:{port}"])
def test_ipv6_in_any_form_is_reached_directly(
    facade: SyncFacade, proxy: RawServer, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    server = SimulatedVllm(host="::1")
    try:
        server.start()
    except OSError:
        pytest.skip("this system has no IPv6 loopback")
    try:
        server.reply("direct")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", entry.format(port=server.port))
        assert ask(facade.client(server.base_url, retry=None)).content == "direct"
    finally:
        server.stop()


@pytest.mark.parametrize("scheme", ["socks", "socks4", "socks5h", "quic", ""])
def test_unused_variable_of_any_scheme(
    facade: SyncFacade,
    server: SimulatedVllm,
    proxy: RawServer,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:x")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    assert ask(facade.client("http://gpu.invalid/v1", retry=None)).content == "by proxy"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server.reply("direct")
    assert ask(facade.client(server.base_url, retry=None)).content == "direct"


def test_name_in_no_proxy_is_looked_up_and_not_sent_to_the_proxy(
    facade: SyncFacade, proxy: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", ".invalid")
    with pytest.raises(IoError):
        ask(facade.client("http://gpu.invalid:8000/v1", retry=None))
    assert proxy.visits == 0
