"""How to wait in asyncio. The sync package has a file of the same names."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from math import inf
from typing import Any, Generic, Protocol, Self, TypeVar
from weakref import WeakKeyDictionary

from ...call.retry import Clock

CLOCK = Clock(monotonic=time.monotonic, date=time.time, random=random.random)

sleep = asyncio.sleep
now = time.monotonic


class _AnyStream(Protocol):
    """What an Opening opens."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    def __aiter__(self) -> AsyncIterator[Any]: ...


S = TypeVar("S", bound=_AnyStream)
_T = TypeVar("_T")

# What a method gives that sends at once: to be awaited.
Pending = Coroutine[Any, Any, _T]


class Opening(Generic[S]):
    """A stream about to be opened: `await` it, enter it with `async with`, or just read it."""

    __slots__ = ("_open", "_stream")

    def __init__(self, open_stream: Callable[[], Awaitable[S]]) -> None:
        self._open = open_stream
        self._stream: S | None = None

    def __repr__(self) -> str:
        return "<a stream that is not open yet: enter it with `async with`, or await it>"

    def __await__(self) -> Generator[Any, Any, S]:
        return self._open().__await__()

    async def __aenter__(self) -> S:
        self._stream = await self._open()
        return await self._stream.__aenter__()

    async def __aexit__(self, *exc_info: object) -> None:
        if self._stream is not None:
            await self._stream.__aexit__(*exc_info)

    async def __aiter__(self) -> AsyncIterator[Any]:
        async with await self._open() as stream:
            async for item in stream:
                yield item


class Turns:
    """Whose turn it is: one task's at a time, in each event loop."""

    def __init__(self) -> None:
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    async def take(self, until: float) -> bool:
        """Wait for one's turn, until that moment of the clock; whether it came."""
        try:
            async with asyncio.timeout(None if until == inf else until - now()):
                return await self._lock.acquire()
        except TimeoutError:
            return False

    def give_back(self) -> None:
        """Let the next have it."""
        self._lock.release()

    @property
    def _lock(self) -> asyncio.Lock:
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())


def opening(open_stream: Callable[[], Awaitable[S]]) -> Opening[S]:
    """The stream, to be opened when it is awaited or entered."""
    return Opening(open_stream)
