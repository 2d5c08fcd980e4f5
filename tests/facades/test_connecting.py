"""Transports: TLS, Unix sockets, httpx clients of the caller, httpx, proxies."""

from __future__ import annotations

import socket
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from tests.facades.dialogue import ANSWER, DONE, HELLO, ask, chunk, hear, stream
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.tls_front import CA, TlsFront, trusting_context
from vllm_client import (
    ApiError,
    HttpError,
    IoError,
    IoTimeout,
    RequestError,
    RetryPolicy,
    StreamError,
    StreamEvent,
    Timeout,
)
from vllm_client._io import tls
from vllm_client.call.retry import is_retryable
from vllm_client.testing import Cut, ErrorReply, Reply, SimulatedVllm

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001)
WORDS = ["Recursion", " is", " recursion", "."]


@pytest.fixture
def front(server: SimulatedVllm) -> Iterator[TlsFront]:
    with TlsFront(server) as front:
        yield front


def _assert_all_is_well(client: Any, server: SimulatedVllm) -> None:
    """Check the same answers over any transport."""
    server.reply(*[Reply(WORDS, reasoning=["Hm", "."])] * 4)
    plain = ask(client)
    assert (plain.content, plain.reasoning) == ("".join(WORDS), "Hm.")
    heard = hear(client)
    assert [event.delta for event in heard.events[:6]] == ["Hm", ".", *WORDS]
    assert [type(event) for event in heard.events[6:]] == [StreamEvent.Usage, StreamEvent.Done]
    with client.chat.completions.create(
        model="simulated", messages=[{"role": "user", "content": "Hi"}], stream=True
    ) as chunks:
        assert chunks.response().content == "".join(WORDS)
    with stream(client) as events:
        assert len(list(events.take(3))) == 3
    server.wait_until(lambda: server.running == 0)
    server.reply(ErrorReply(404, "no such model"))
    with pytest.raises(ApiError, match="no such model"):
        ask(client)
    server.reply(Reply(WORDS), faults=[Cut(after=3, of="events")])
    cut = hear(client)
    assert isinstance(cut.error, StreamError)
    assert cut.error.partial.content == "Recursion is"
    assert client.health() is True
    assert [model.id for model in client.models.list().data] == ["simulated"]


def test_plain_tcp(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    _assert_all_is_well(any_facade.client(server.base_url), server)


def test_certificate_of_a_trusted_authority(
    any_facade: SyncFacade, server: SimulatedVllm, front: TlsFront
) -> None:
    client = any_facade.client(front.base_url, ssl_context=trusting_context())
    _assert_all_is_well(client, server)


def test_certificate_for_an_address(
    any_facade: SyncFacade, server: SimulatedVllm, front: TlsFront
) -> None:
    url = f"https://127.0.0.1:{front.port}/v1"
    client = any_facade.client(url, ssl_context=trusting_context())
    assert ask(client).finish_reason == "stop"


def test_tls_connections_are_reused(
    facade: SyncFacade, server: SimulatedVllm, front: TlsFront
) -> None:
    client = facade.client(front.base_url, ssl_context=trusting_context())
    for _ in range(3):
        assert ask(client).finish_reason == "stop"
        assert hear(client).error is None
    assert front.handshakes == 1


def test_large_upload_over_tls_arrives_whole(
    facade: SyncFacade, server: SimulatedVllm, front: TlsFront
) -> None:
    client = facade.client(front.base_url, ssl_context=trusting_context())
    padding = "x" * 5_000_000
    assert ask(client, extra_body={"padding": padding}).finish_reason == "stop"
    assert server.requests[0].json["padding"] == padding
    server.reply(Reply(["y" * 5_000_000]))
    assert ask(client).content == "y" * 5_000_000


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_untrusted_certificate_is_refused(
    facade: SyncFacade, server: SimulatedVllm, front: TlsFront, streamed: bool
) -> None:
    client = facade.client(front.base_url, retry=AT_ONCE)
    with pytest.raises(IoError, match=r"(?i)certificate") as caught:
        stream(client) if streamed else ask(client)
    assert not is_retryable(caught.value)
    assert len(caught.value.request_ids) == 1
    assert server.requests == []


def test_tls_to_a_plain_server_is_an_error(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url.replace("http:", "https:"), retry=None)
    with pytest.raises(IoError):
        ask(client)
    assert server.requests == []


def test_plain_http_to_a_tls_server_is_an_error(
    facade: SyncFacade, server: SimulatedVllm, front: TlsFront
) -> None:
    client = facade.client(front.base_url.replace("https:", "http:"), retry=None)
    with pytest.raises((IoError, HttpError)):
        ask(client)
    assert server.requests == []


def test_stalled_handshake_ends_with_the_connect_timeout(facade: SyncFacade) -> None:
    with RawServer(Visit.wait_until_left) as server:
        url = server.base_url.replace("http:", "https:")
        client = facade.client(url, timeout=Timeout(connect=0.3), retry=None)
        with pytest.raises(IoTimeout) as caught:
            ask(client)
        assert (caught.value.clock, caught.value.may_have_arrived) == ("connect", False)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse when a backlog is full")
def test_server_that_does_not_accept_ends_with_the_connect_timeout(facade: SyncFacade) -> None:
    # With a full backlog the system answers no further SYN.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        client = facade.client(
            f"http://127.0.0.1:{full.getsockname()[1]}",
            timeout=Timeout(connect=0.3),
            retry=RetryPolicy(max_retries=1, first_wait=0),
        )
        with pytest.raises(IoTimeout) as caught:
            ask(client)
        assert caught.value.clock == "connect"
        assert len(caught.value.request_ids) == 2, "nothing had arrived, so it was tried again"
        for filler in fillers:
            filler.close()


def test_unix_socket(any_facade: SyncFacade, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("uds") / "s"
    with SimulatedVllm(uds=path) as server:
        client = any_facade.client("http://of.no.matter/v1", uds=path)
        _assert_all_is_well(client, server)
        assert server.requests[0].headers["host"] == "of.no.matter"


def test_missing_unix_socket(facade: SyncFacade, tmp_path: Path) -> None:
    client = facade.client("http://localhost/v1", uds=tmp_path / "none", retry=None)
    with pytest.raises(IoError) as caught:
        ask(client)
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_the_callers_httpx_client_sends_all_requests_and_stays_open(
    facade: SyncFacade, server: SimulatedVllm, library: Any
) -> None:
    carrier = facade.httpx_client(library, headers={"x-carrier": "1"})
    with facade.client(server.base_url, http_client=carrier) as client:
        _assert_all_is_well(client, server)
    assert {request.headers["x-carrier"] for request in server.requests} == {"1"}
    assert not carrier.is_closed
    client = facade.client(server.base_url, http_client=carrier)
    assert ask(client).finish_reason == "stop"
    facade.close_httpx(carrier)
    with pytest.raises(RequestError, match="httpx"):
        ask(client)


def test_httpx_client_with_a_mock_transport(facade: SyncFacade) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if b'"stream"' not in request.content:
            return httpx.Response(200, content=ANSWER)
        events = chunk("Hello!") + chunk("", "stop") + DONE
        return httpx.Response(200, content=events, headers={"content-type": "text/event-stream"})

    carrier = facade.httpx_client(transport=httpx.MockTransport(answer))
    client = facade.client("http://vllm.example/v1", http_client=carrier, api_key="sk-1")
    assert ask(client).content == "Hello!"
    assert hear(client).text == "Hello!"
    assert [request.headers["authorization"] for request in asked] == ["Bearer sk-1"] * 2
    assert asked[0].url == "http://vllm.example/v1/chat/completions"
    facade.close_httpx(carrier)


def test_errors_of_httpx2_are_converted_and_hold_no_secret(facade: SyncFacade) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("slow", request=request)

    carrier = facade.httpx_client(httpx2, transport=httpx2.MockTransport(refuse))
    client = facade.client(
        "http://vllm.example/v1", http_client=carrier, api_key="sk-1", retry=None
    )
    with pytest.raises(IoTimeout) as caught:
        ask(client)
    cause: Any = caught.value.__cause__
    assert isinstance(cause, httpx2.ReadTimeout)
    assert "authorization" not in cause.request.headers
    facade.close_httpx(carrier)


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_sync_httpx_client_in_an_async_client_is_refused_and_vice_versa(
    facade: SyncFacade, library: Any
) -> None:
    other = library.Client if facade.is_async else library.AsyncClient
    with pytest.raises(RequestError, match="http_client: expected"):
        facade.client(http_client=other())


def test_unknown_transport_is_refused(facade: SyncFacade) -> None:
    with pytest.raises(RequestError, match="transport: expected"):
        facade.client(transport="aiohttp")


@pytest.fixture
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Proxy(RawServer):
    """An HTTP proxy that answers itself; `asked` is the list of its requests."""

    def __init__(self) -> None:
        super().__init__(self._serve)
        self.asked: list[bytes] = []

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _serve(self, visit: Visit) -> None:
        while True:
            self.asked.append(visit.read_request())
            visit.send(HELLO)


@pytest.mark.usefixtures("_no_proxies")
@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_proxy_of_the_environment_is_used(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv(name, f"http://user:word@{proxy.authority}")
        client = facade.client("http://vllm.example:8000/v1")
        assert ask(client).content == "Hello!"
        (asked,) = proxy.asked
        assert asked.startswith(b"POST http://vllm.example:8000/v1/chat/completions HTTP/1.1")
        assert b"proxy-authorization: basic " in asked.lower()


@pytest.mark.usefixtures("_no_proxies")
@pytest.mark.parametrize("exception", ["127.0.0.1", "other.example, 127.0.0.1", "*"])
def test_no_proxy_is_respected(
    facade: SyncFacade,
    server: SimulatedVllm,
    monkeypatch: pytest.MonkeyPatch,
    exception: str,
) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.authority}")
        monkeypatch.setenv("NO_PROXY", exception)
        _assert_all_is_well(facade.client(server.base_url), server)
        assert proxy.asked == []


@pytest.mark.usefixtures("_no_proxies")
def test_proxy_for_another_scheme_is_not_used(
    facade: SyncFacade, server: SimulatedVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert ask(facade.client(server.base_url)).finish_reason == "stop"


@pytest.mark.usefixtures("_no_proxies")
@pytest.mark.parametrize("transport", [None, "httpx"])
@pytest.mark.parametrize(
    ("names", "no_proxy"),
    [
        ({"ALL_PROXY": "socks://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}, "127.0.0.0/8"),
        ({"HTTPS_PROXY": "socks://127.0.0.1:9"}, "fe80::/10"),
        ({"HTTPS_PROXY": "no URL at all"}, "[::1]"),
    ],
)
def test_unused_proxy_variables_are_ignored(
    facade: SyncFacade,
    server: SimulatedVllm,
    monkeypatch: pytest.MonkeyPatch,
    transport: Any,
    names: dict[str, str],
    no_proxy: str,
) -> None:
    for name, value in {**names, "NO_PROXY": no_proxy}.items():
        monkeypatch.setenv(name, value)
    assert ask(facade.client(server.base_url, transport=transport)).finish_reason == "stop"


@pytest.mark.usefixtures("_no_proxies")
@pytest.mark.parametrize("no_proxy", ["fe80::/10", "[::1]", "localhost,::1,[::1],fe80::/10"])
def test_proxy_is_used_beside_variables_that_httpx_cannot_read(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.authority)
        monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", no_proxy)
        assert ask(facade.client("http://vllm.example:8000/v1")).content == "Hello!"
        assert len(proxy.asked) == 1


@pytest.mark.usefixtures("_no_proxies")
def test_socks_scheme_means_socks5(facade: SyncFacade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9")
    # without socksio httpx refuses the proxy; with it, the connection is refused
    with pytest.raises((RequestError, IoError), match=r"socksio|no connection"):
        ask(facade.client("http://vllm.example:8000/v1", retry=None))


@pytest.mark.usefixtures("_no_proxies")
@pytest.mark.parametrize("proxy", ["ftp://user:sesame@proxy", "http://user:sesame/0@proxy:1"])
def test_proxy_that_cannot_be_used_is_refused_without_its_password(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(RequestError, match="the proxy cannot be used") as caught:
        ask(facade.client("http://vllm.example:8000/v1"))
    assert "sesame" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.usefixtures("_no_proxies")
def test_certificates_of_ssl_cert_file_are_trusted_over_httpx(
    facade: SyncFacade, front: TlsFront, server: SimulatedVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CA))
    tls._default_context.cache_clear()
    try:
        _assert_all_is_well(facade.client(front.base_url, transport="httpx"), server)
    finally:
        tls._default_context.cache_clear()


@pytest.mark.usefixtures("_no_proxies")
def test_unix_socket_needs_no_proxy(
    any_facade: SyncFacade,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    path = tmp_path_factory.mktemp("uds") / "s"
    with SimulatedVllm(uds=path):
        client = any_facade.client("http://vllm.example/v1", uds=path)
        assert ask(client).finish_reason == "stop"


@pytest.mark.usefixtures("_no_proxies")
def test_proxy_that_is_down_is_an_io_error(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    with pytest.raises(IoError):
        ask(facade.client("http://vllm.example/v1", retry=None))


def test_server_on_ipv6(any_facade: SyncFacade) -> None:
    if not _has_ipv6():
        pytest.skip("this system has no IPv6 loopback")
    with SimulatedVllm(host="::1") as server:
        client = any_facade.client(server.base_url)
        assert ask(client).finish_reason == "stop"
        assert server.requests[0].headers["host"] == f"[::1]:{server.port}"


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_next_address_of_a_name_is_tried_if_one_is_dead(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    # localhost is also ::1, on which this server does not listen
    client = facade.client(f"http://localhost:{server.port}/v1", retry=None)
    assert ask(client).finish_reason == "stop"


def test_answers_of_two_servers_do_not_mix(facade: SyncFacade) -> None:
    with SimulatedVllm(models=["a"]) as first, SimulatedVllm(models=["b"]) as second:
        clients = [facade.client(server.base_url) for server in (first, second)]
        named: list[str] = []

        def ask_both() -> None:
            for client in clients:
                named.append(client.models.list().data[0].id)

        threads = [threading.Thread(target=ask_both) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(named) == ["a"] * 5 + ["b"] * 5
