"""Our transport below httpx clients of somebody else's."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.facades.raw_server import RawServer, Visit
from vllm_client.integrations import AsyncVllmTransport, SyncVllmTransport
from vllm_client.testing import Cut, Garbage, Reset, SimulatedVllm, Stall

CHAT = {"messages": [{"role": "user", "content": "Hi"}]}
Fetch = Callable[..., httpx.Response]


def _sync(method: str, url: str, transport: dict[str, Any] | None = None, **request: Any) -> Any:
    with httpx.Client(transport=SyncVllmTransport(**transport or {})) as client:
        return client.request(method, url, **request)


def _async(method: str, url: str, transport: dict[str, Any] | None = None, **request: Any) -> Any:
    async def fetch() -> httpx.Response:
        mounted = AsyncVllmTransport(**transport or {})
        async with httpx.AsyncClient(transport=mounted) as client:
            return await client.request(method, url, **request)

    return asyncio.run(fetch())


@pytest.fixture(params=[_sync, _async], ids=["sync", "async"])
def fetch(request: pytest.FixtureRequest) -> Fetch:
    made: Fetch = request.param
    return made


def test_request_and_answer_are_httpx_s_own(fetch: Fetch, server: SimulatedVllm) -> None:
    response = fetch("POST", f"{server.base_url}/chat/completions", json=CHAT, params={"a": "b c"})
    assert response.status_code == 200
    assert response.http_version == "HTTP/1.1"
    assert response.reason_phrase == "OK"
    assert response.json()["choices"][0]["message"]["content"]
    (seen,) = server.requests
    assert seen.json == CHAT
    assert seen.query == {"a": "b c"}


def test_a_body_sent_in_pieces_arrives_whole(fetch: Fetch, server: SimulatedVllm) -> None:
    async def pieces() -> Any:
        yield json.dumps(CHAT)[:5].encode()
        yield json.dumps(CHAT)[5:].encode()

    content: Any = pieces() if fetch is _async else iter(json.dumps(CHAT).encode().splitlines())
    headers = {"content-type": "application/json"}
    url = f"{server.base_url}/chat/completions"
    assert fetch("POST", url, content=content, headers=headers).status_code == 200
    assert server.requests[0].json == CHAT


def test_content_encoding_is_left_to_httpx(fetch: Fetch) -> None:
    body = gzip.compress(b"plain")

    def treat(visit: Visit) -> None:
        visit.read_request()
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n"
        visit.send(head.encode() + body)

    with RawServer(treat) as raw:
        assert fetch("GET", f"http://127.0.0.1:{raw.port}/").text == "plain"


def test_connections_are_used_again_and_one_that_died_is_replaced(server: SimulatedVllm) -> None:
    with httpx.Client(transport=SyncVllmTransport()) as client:
        client.get(f"{server.base_url}/models")
        client.get(f"{server.base_url}/models")
        server.close_idle_connections()
        client.get(f"{server.base_url}/models")
    first, second, third = (request.connection for request in server.requests)
    assert first == second != third


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Reset(), httpx.ReadError),
        (Cut(after=200), httpx.ReadError),
        (Garbage(), httpx.RemoteProtocolError),
        (Stall(after=0), httpx.ReadTimeout),
    ],
)
def test_errors_are_httpx_s(
    fetch: Fetch, server: SimulatedVllm, fault: Any, error: type[Exception]
) -> None:
    server.reply("Hello!", faults=[fault])
    with pytest.raises(error) as caught:
        fetch("POST", f"{server.base_url}/chat/completions", json=CHAT, timeout=httpx.Timeout(1))
    assert isinstance(caught.value, httpx.TransportError)
    assert caught.value.request.method == "POST"


def test_nobody_there_is_a_connect_error(fetch: Fetch) -> None:
    with RawServer(lambda visit: None) as raw:
        port = raw.port
    with pytest.raises(httpx.ConnectError):
        fetch("GET", f"http://127.0.0.1:{port}/")


def test_waiting_for_a_connection_ends_by_the_pool_s_clock(server: SimulatedVllm) -> None:
    timeout = httpx.Timeout(10, pool=0.05)
    with httpx.Client(transport=SyncVllmTransport(max_connections=1), timeout=timeout) as client:
        body = {**CHAT, "stream": True}
        server.reply("Hello!", faults=[Stall(after=2, of="events")])
        with (
            client.stream("POST", f"{server.base_url}/chat/completions", json=body),
            pytest.raises(httpx.PoolTimeout, match=r"no connection was free within 0.05 s"),
        ):
            client.get(f"{server.base_url}/models")
        assert client.get(f"{server.base_url}/models").status_code == 200


@pytest.mark.parametrize(
    "request_parts",
    [
        {"headers": {"x-a": "a\r\n\r\nGET /evil HTTP/1.1\r\nhost: x"}},
        {"headers": {"x a": "b"}},
        {"method": "GET /evil HTTP/1.1\r\nx: y\r\n\r\nGET"},
    ],
)
def test_nothing_is_smuggled_into_the_request(
    fetch: Fetch, server: SimulatedVllm, request_parts: dict[str, Any]
) -> None:
    request = {"method": "GET", "url": f"{server.base_url}/models", **request_parts}
    with pytest.raises(httpx.LocalProtocolError):
        fetch(**request)
    assert server.requests == []
