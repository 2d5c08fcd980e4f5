# pyright: strict
"""Type-checked, never run: our transports below the clients of both libraries."""

import httpx
import httpx2

from vllm_client.integrations import AsyncVllmTransport, SyncVllmTransport


def clients_take_them() -> None:
    httpx.Client(transport=SyncVllmTransport())
    httpx2.Client(transport=SyncVllmTransport(max_connections=64))
    httpx.AsyncClient(transport=AsyncVllmTransport())
    httpx2.AsyncClient(transport=AsyncVllmTransport(uds="/run/vllm.sock"))


def mounts_take_them() -> None:
    httpx.Client(mounts={"http://": SyncVllmTransport()})
    httpx2.AsyncClient(mounts={"http://": AsyncVllmTransport()})
