"""Sync and async clients of httpx and httpx2 on the mounted transport."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from types import ModuleType, TracebackType
from typing import Any, Self

import httpx
import httpx2

from tests.facades.drivers import LoopThread
from vllm_client.integrations import AsyncVllmTransport, SyncVllmTransport

KINDS = {
    f"{library.__name__} {side}": (library, side == "async")
    for library in (httpx, httpx2)
    for side in ("sync", "async")
}


class MountedClient:
    """A client on the mounted transport with blocking calls; an async one runs in its own loop."""

    def __init__(self, library: Any, is_async: bool, transport: Any, **settings: Any) -> None:
        self._thread = LoopThread() if is_async else None
        kind = library.AsyncClient if is_async else library.Client
        self._client = kind(transport=transport, **settings)

    def __enter__(self) -> Self:
        self.do(self._client.__aenter__() if self._thread else self._client.__enter__())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.do(self._client.aclose() if self._thread else self._client.close())
        if self._thread:
            tasks = self._thread.tasks_left()
            self._thread.stop()
            assert tasks == 0
            assert self._thread.complaints == []

    def do(self, result: Any) -> Any:
        """Return the result of a call, awaited for an async client."""
        return self._thread.do(result) if self._thread else result

    def request(self, method: str, url: str, **options: Any) -> Any:
        return self.do(self._client.request(method, url, **options))

    def send(self, request: Any, **options: Any) -> Any:
        return self.do(self._client.send(request, **options))

    def open(self, url: str, body: object) -> Any:
        """Send a POST and return the response before its body is read."""
        return self.send(self._client.build_request("POST", url, json=body), stream=True)

    def lines(self, response: Any) -> Iterator[str]:
        """Yield the lines of a response as they arrive."""
        if self._thread is None:
            yield from response.iter_lines()
            return
        lines = response.aiter_lines()
        try:
            while True:
                yield self._thread.do(anext(lines))
        except StopAsyncIteration:
            return
        finally:
            self._thread.do(lines.aclose())

    def close_response(self, response: Any) -> None:
        self.do(response.aclose() if self._thread else response.close())

    def start(self, method: str, url: str, **options: Any) -> Future[Any]:
        """Start a request of an async client, and return its future."""
        assert self._thread
        request = self._client.request(method, url, **options)
        return asyncio.run_coroutine_threadsafe(request, self._thread.loop)


class Mounting:
    """Create the sync or async clients of one library."""

    def __init__(self, library: ModuleType, is_async: bool) -> None:
        self.library: Any = library
        self.is_async = is_async

    def transport(self, **options: Any) -> Any:
        return AsyncVllmTransport(**options) if self.is_async else SyncVllmTransport(**options)

    def client(self, transport: Any = None, **settings: Any) -> MountedClient:
        mounted = self.transport() if transport is None else transport
        return MountedClient(self.library, self.is_async, mounted, **settings)

    def fetch(self, method: str, url: str, **options: Any) -> Any:
        """Send one request with a new client."""
        with self.client() as client:
            return client.request(method, url, **options)
