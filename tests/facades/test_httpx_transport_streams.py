"""Streams and cancelled requests of httpx and httpx2 on the mounted transport."""

from __future__ import annotations

import json
from concurrent.futures import CancelledError
from contextlib import closing
from typing import Any

import httpx
import httpx2
import pytest

from tests.facades.mounted import Mounting
from vllm_client.testing import Cut, Fault, Reset, SimulatedVllm, Stall

CHAT = {"messages": [{"role": "user", "content": "Hi"}]}
STREAM = {**CHAT, "stream": True}


def test_a_stream_is_read_while_the_server_still_writes_it(
    mounting: Mounting, server: SimulatedVllm
) -> None:
    server.reply("Hello!", faults=[Stall(after=2, of="events")])
    with mounting.client() as client:
        response = client.open(f"{server.base_url}/chat/completions", STREAM)
        with closing(client.lines(response)) as lines:
            first = next(lines)
            assert json.loads(first.removeprefix("data: "))["object"] == "chat.completion.chunk"
            assert server.running == 1
        client.close_response(response)
        server.wait_until(lambda: server.disconnects == 1)


def test_a_stream_that_is_read_to_its_end_leaves_its_connection_to_the_next_request(
    mounting: Mounting, server: SimulatedVllm
) -> None:
    with mounting.client() as client:
        response = client.open(f"{server.base_url}/chat/completions", STREAM)
        assert list(client.lines(response))[-2:] == ["data: [DONE]", ""]
        client.request("GET", f"{server.base_url}/models")
    first, second = (request.connection for request in server.requests)
    assert first == second


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Cut(after=2, of="events"), "ReadError"),
        (Reset(after=2, of="events"), "ReadError"),
        (Stall(after=2, of="events"), "ReadTimeout"),
    ],
)
def test_a_stream_that_breaks_off_raises_the_library_s_error(
    mounting: Mounting, server: SimulatedVllm, fault: Fault, error: str
) -> None:
    server.reply("Hello!", faults=[fault])
    timeout = mounting.library.Timeout(10, read=0.5)
    with mounting.client(timeout=timeout) as client:
        response = client.open(f"{server.base_url}/chat/completions", STREAM)
        with pytest.raises(mounting.library.TransportError) as caught:
            list(client.lines(response))
        assert type(caught.value) is getattr(mounting.library, error)
        client.close_response(response)


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
def test_a_cancelled_request_closes_its_connection(library: Any, server: SimulatedVllm) -> None:
    server.reply("never", faults=[Stall()])
    with Mounting(library, True).client() as client:
        pending = client.start("POST", f"{server.base_url}/chat/completions", json=CHAT)
        server.wait_until(lambda: server.running == 1)
        pending.cancel()
        with pytest.raises(CancelledError):
            pending.result()
        server.wait_until(lambda: server.disconnects == 1)
        assert client.request("GET", f"{server.base_url}/models").status_code == 200
