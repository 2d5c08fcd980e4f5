"""One test for both clients: a driver runs its calls with the sync or the async client.

Each call of the async driver has its own `asyncio.run`, with the same client, as in a notebook.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from vllm_client import AsyncVllmClient, SyncVllmClient

Ask = Callable[[Any], Any]
"""Function that calls a client, or an object made from it; the result may be awaitable."""


@attrs.frozen
class Heard:
    """The events of a stream, read to its end, and the folded answer."""

    events: list[Any]
    response: Any


class SyncDriver:
    def __init__(self, client: SyncVllmClient) -> None:
        self.client = client

    def call(self, ask: Ask) -> Any:
        return ask(self.client)

    def read(self, ask: Ask) -> list[Any]:
        """Return all items of the stream that `ask` opens."""
        with ask(self.client) as stream:
            return list(stream)

    def hear(self, ask: Ask) -> Heard:
        """Return all events of the stream that `ask` opens, and its `response()`."""
        with ask(self.client) as stream:
            return Heard(list(stream), stream.response())

    def close(self) -> None:
        self.client.close()


class AsyncDriver:
    def __init__(self, client: AsyncVllmClient) -> None:
        self.client = client

    def call(self, ask: Ask) -> Any:
        async def call() -> Any:
            return await ask(self.client)

        return asyncio.run(call())

    def read(self, ask: Ask) -> list[Any]:
        async def read() -> list[Any]:
            async with ask(self.client) as stream:
                return [item async for item in stream]

        return asyncio.run(read())

    def hear(self, ask: Ask) -> Heard:
        async def hear() -> Heard:
            async with ask(self.client) as stream:
                return Heard([event async for event in stream], await stream.response())

        return asyncio.run(hear())

    def close(self) -> None:
        asyncio.run(self.client.aclose())


Driver = SyncDriver | AsyncDriver


@contextmanager
def connect(facade: str, base_url: str | None, **settings: Any) -> Iterator[Driver]:
    """Yield a driver of a new client of this facade, and close it at the end."""
    driver = _DRIVERS[facade](base_url, **settings)
    try:
        yield driver
    finally:
        driver.close()


def _sync_driver(base_url: str | None, **settings: Any) -> SyncDriver:
    return SyncDriver(SyncVllmClient(base_url, **settings))


def _async_driver(base_url: str | None, **settings: Any) -> AsyncDriver:
    return AsyncDriver(AsyncVllmClient(base_url, **settings))


_DRIVERS: dict[str, Callable[..., Driver]] = {"sync": _sync_driver, "async": _async_driver}
FACADES = tuple(_DRIVERS)
