"""One test for both clients: a driver runs what a test asks on the sync or on the async one.

Every call of the async driver is an `asyncio.run` of its own, on one client: as in a notebook.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from vllm_client import AsyncVllmClient, SyncVllmClient

Ask = Callable[[Any], Any]
"""Takes a client (or what a test made of it) and calls it; what comes back may be awaitable."""


@attrs.frozen
class Heard:
    """An event stream that was read to its end, and the answer it folds to."""

    events: list[Any]
    response: Any


class SyncDriver:
    def __init__(self, client: SyncVllmClient) -> None:
        self.client = client

    def call(self, ask: Ask) -> Any:
        return ask(self.client)

    def read(self, ask: Ask) -> list[Any]:
        """All items of the stream that `ask` opens."""
        with ask(self.client) as stream:
            return list(stream)

    def hear(self, ask: Ask) -> Heard:
        """All events of the stream that `ask` opens, and its `response()`."""
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
    """A driver of a new client of this facade, closed in the end."""
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
