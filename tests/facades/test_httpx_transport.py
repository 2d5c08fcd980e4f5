"""Clients of httpx and httpx2 on the mounted transport."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import httpx2
import pytest

from tests.facades.mounted import Mounting
from tests.facades.raw_server import RawServer, Visit
from vllm_client.integrations import SyncVllmTransport
from vllm_client.testing import Cut, Fault, Garbage, Reset, SimulatedVllm, Stall

CHAT = {"messages": [{"role": "user", "content": "Hi"}]}
STREAM = {**CHAT, "stream": True}


def test_request_and_response_are_those_of_the_library(
    mounting: Mounting, server: SimulatedVllm
) -> None:
    url = f"{server.base_url}/chat/completions"
    response = mounting.fetch("POST", url, json=CHAT, params={"a": "b c"})
    assert type(response) is mounting.library.Response
    assert response.status_code == 200
    assert response.http_version == "HTTP/1.1"
    assert response.reason_phrase == "OK"
    assert response.json()["choices"][0]["message"]["content"]
    (seen,) = server.requests
    assert seen.json == CHAT
    assert seen.query == {"a": "b c"}


def test_subclasses_of_the_library_s_request_are_accepted(
    mounting: Mounting, server: SimulatedVllm
) -> None:
    own = type("Request", (mounting.library.Request,), {"__module__": "an.application"})
    with mounting.client() as client:
        response = client.send(own("GET", f"{server.base_url}/models"))
    assert type(response) is mounting.library.Response


def test_a_request_of_another_library_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a request of httpx or httpx2, got a dict"):
        SyncVllmTransport().handle_request({"url": "http://localhost"})


def test_a_body_sent_in_pieces_arrives_whole(mounting: Mounting, server: SimulatedVllm) -> None:
    body = json.dumps(CHAT).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield body[:5]
        yield body[5:]

    content = pieces() if mounting.is_async else iter([body[:5], body[5:]])
    headers = {"content-type": "application/json"}
    url = f"{server.base_url}/chat/completions"
    assert mounting.fetch("POST", url, content=content, headers=headers).status_code == 200
    assert server.requests[0].json == CHAT


def test_content_encoding_is_left_to_the_library(mounting: Mounting) -> None:
    body = gzip.compress(b"plain")

    def treat(visit: Visit) -> None:
        visit.read_request()
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n"
        visit.send(head.encode() + body)

    with RawServer(treat) as raw:
        assert mounting.fetch("GET", f"http://127.0.0.1:{raw.port}/").text == "plain"


def test_connections_are_used_again_and_one_that_died_is_replaced(
    mounting: Mounting, server: SimulatedVllm
) -> None:
    with mounting.client() as client:
        client.request("GET", f"{server.base_url}/models")
        client.request("GET", f"{server.base_url}/models")
        server.close_idle_connections()
        client.request("GET", f"{server.base_url}/models")
    first, second, third = (request.connection for request in server.requests)
    assert first == second != third


def test_both_libraries_may_share_one_transport(server: SimulatedVllm) -> None:
    with SyncVllmTransport() as transport:
        for library in (httpx, httpx2):
            client: Any = library.Client(transport=transport)
            response = client.get(f"{server.base_url}/models")
            assert type(response) is library.Response
    first, second = (request.connection for request in server.requests)
    assert first == second


USE = """
import asyncio, sys
import {library} as library
from vllm_client.integrations import AsyncVllmTransport, SyncVllmTransport

async def use():
    async with library.AsyncClient(transport=AsyncVllmTransport()) as client:
        print((await client.get("{url}")).status_code)

with library.Client(transport=SyncVllmTransport()) as client:
    print(client.get("{url}").status_code)
asyncio.run(use())
print("{other}" in sys.modules)
"""


@pytest.mark.parametrize(("library", "other"), [("httpx", "httpx2"), ("httpx2", "httpx")])
def test_the_other_library_is_not_imported(server: SimulatedVllm, library: str, other: str) -> None:
    program = USE.format(library=library, other=other, url=f"{server.base_url}/models")
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.split() == ["200", "200", "False"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Reset(), "ReadError"),
        (Cut(after=200), "ReadError"),
        (Garbage(), "RemoteProtocolError"),
        (Stall(after=0), "ReadTimeout"),
    ],
)
def test_errors_are_those_of_the_library(
    mounting: Mounting, server: SimulatedVllm, fault: Fault, error: str
) -> None:
    server.reply("Hello!", faults=[fault])
    url = f"{server.base_url}/chat/completions"
    with pytest.raises(mounting.library.TransportError) as caught:
        mounting.fetch("POST", url, json=CHAT, timeout=mounting.library.Timeout(10, read=0.5))
    assert type(caught.value) is getattr(mounting.library, error)
    assert caught.value.request.method == "POST"


def test_refused_connection_is_a_connect_error(mounting: Mounting) -> None:
    with RawServer(lambda visit: None) as raw:
        port = raw.port
    with pytest.raises(mounting.library.ConnectError):
        mounting.fetch("GET", f"http://127.0.0.1:{port}/")


def test_handshake_that_stalls_is_a_connect_timeout(mounting: Mounting) -> None:
    timeout = mounting.library.Timeout(10, connect=0.2)
    with RawServer(Visit.wait_until_left) as raw, pytest.raises(mounting.library.ConnectTimeout):
        mounting.fetch("GET", f"https://127.0.0.1:{raw.port}/", timeout=timeout)


def test_waiting_for_a_connection_ends_with_the_pool_timeout(
    mounting: Mounting, server: SimulatedVllm
) -> None:
    server.reply("Hello!", faults=[Stall(after=2, of="events")])
    transport = mounting.transport(max_connections=1)
    timeout = mounting.library.Timeout(10, pool=0.05)
    with mounting.client(transport, timeout=timeout) as client:
        streamed = client.open(f"{server.base_url}/chat/completions", STREAM)
        with pytest.raises(mounting.library.PoolTimeout, match=r"no connection was free within"):
            client.request("GET", f"{server.base_url}/models")
        client.close_response(streamed)
        assert client.request("GET", f"{server.base_url}/models").status_code == 200


def test_limits_of_the_client_do_not_apply_to_the_transport(
    mounting: Mounting, server: SimulatedVllm
) -> None:
    server.reply("Hello!", faults=[Stall(after=2, of="events")])
    with mounting.client(limits=mounting.library.Limits(max_connections=1)) as client:
        streamed = client.open(f"{server.base_url}/chat/completions", STREAM)
        assert client.request("GET", f"{server.base_url}/models").status_code == 200
        client.close_response(streamed)


def test_proxies_of_the_environment_are_not_used(
    mounting: Mounting, server: SimulatedVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert mounting.fetch("GET", f"{server.base_url}/models").status_code == 200


def test_the_client_s_own_proxy_is_used_instead_of_our_transport(mounting: Mounting) -> None:
    def proxy(visit: Visit) -> None:
        assert visit.read_head().startswith(b"GET http://vllm.test/ HTTP/1.1\r\n")
        visit.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    with RawServer(proxy) as raw:
        # avoids loading certificates, which takes longer than the test
        settings = {"proxy": f"http://127.0.0.1:{raw.port}", "verify": False}
        with mounting.client(**settings) as client:
            assert client.request("GET", "http://vllm.test/").status_code == 204


@pytest.mark.parametrize(
    "request_parts",
    [
        {"headers": {"x-a": "a\r\n\r\nGET /evil HTTP/1.1\r\nhost: x"}},
        {"headers": {"x a": "b"}},
        {"method": "GET /evil HTTP/1.1\r\nx: y\r\n\r\nGET"},
    ],
)
def test_header_injection_is_refused(
    mounting: Mounting, server: SimulatedVllm, request_parts: dict[str, Any]
) -> None:
    request = {"method": "GET", "url": f"{server.base_url}/models", **request_parts}
    with pytest.raises(mounting.library.LocalProtocolError):
        mounting.fetch(**request)
    assert server.requests == []
