"""Waiting primitives for asyncio. `threads/waiting.py` is the sync counterpart."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, Self, TypeVar
from weakref import WeakKeyDictionary

from ...call.retry import Clock
from ...telemetry.watch import Watch
from ..event_loops import running_loop

CLOCK = Clock(monotonic=time.monotonic, date=time.time, random=random.random)

sleep = asyncio.sleep
now = time.monotonic


class Caller:
    """The event loop in which a call was made, where its observers must be called."""

    def __init__(self) -> None:
        self._loop = running_loop()

    def end_collected(self, watch: Watch) -> None:
        """Notify the observers that a stream was garbage-collected. Call it from any thread."""
        try:
            self._loop.call_soon_threadsafe(watch.ended)
        except RuntimeError:  # the loop is closed
            watch.ended_by_collection(here=False)


class _AnyStream(Protocol):
    """The interface of a stream that `Opening` opens."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    def __aiter__(self) -> AsyncIterator[Any]: ...


S = TypeVar("S", bound=_AnyStream)
_T = TypeVar("_T")

# The return type of methods that make a plain call: a coroutine to await.
Pending = Coroutine[Any, Any, _T]


class Opening(Generic[S]):
    """A stream that is not open yet: `await` it, use `async with`, or read it by `async for`."""

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

    if not TYPE_CHECKING:  # so that type checkers report `with` and `for` as errors

        def __iter__(self) -> NoReturn:
            raise TypeError("this stream is of an async client: read it with `async for`")

        def __enter__(self) -> NoReturn:
            raise TypeError("this stream is of an async client: enter it with `async with`")

        __exit__ = __enter__  # `with` looks up `__exit__` too before it calls `__enter__`


class Line:
    """A FIFO queue of tasks of one event loop that wait for a resource.

    It refers to the loop only while a task waits, so that an unused loop can be garbage-collected.
    """

    __slots__ = ("waiters",)

    def __init__(self) -> None:
        self.waiters: deque[asyncio.Future[None]] = deque()

    async def wait(self, until: float, is_due: Callable[[], bool]) -> bool:
        """Wait for `wake`, unless `is_due` says that there is no need to wait.

        Args:
            until: The monotonic time at which to give up.
            is_due: Returns whether waiting is necessary.

        Returns:
            True if the caller should try to get the resource again; False at the time `until`.
        """
        if not is_due():
            return True
        waiter = asyncio.get_running_loop().create_future()
        self.waiters.append(waiter)
        try:
            async with asyncio.timeout(None if until == inf else until - now()):
                await waiter
        except BaseException as error:
            self._give_up(waiter)
            if isinstance(error, TimeoutError):
                return False
            raise
        return True

    def wake(self) -> None:
        """Wake the first waiter, which then tries again."""
        while self.waiters:
            waiter = self.waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def wake_all(self) -> None:
        """Wake all waiters, which then try again."""
        while self.waiters:
            self.wake()

    def _give_up(self, waiter: asyncio.Future[None]) -> None:
        if waiter.done() and not waiter.cancelled():
            self.wake()  # it was woken but gives up: wake the next one
        with suppress(ValueError):
            self.waiters.remove(waiter)


class Turns:
    """A fair lock with a timeout, held by one task at a time in each event loop."""

    def __init__(self) -> None:
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turn] = WeakKeyDictionary()

    async def take(self, until: float) -> bool:
        """Acquire the lock, waiting until the monotonic time `until`; return whether it worked."""
        turn = self._turn
        while turn.taken:
            if not await turn.line.wait(until, lambda: turn.taken):
                return False
        turn.taken = True
        return True

    def give_back(self) -> None:
        """Release the lock."""
        turn = self._turn
        turn.taken = False
        turn.line.wake()

    @property
    def _turn(self) -> _Turn:
        loop = running_loop()
        turn = self._turns.get(loop)
        if turn is None:
            turn = self._turns[loop] = _Turn()
        return turn


class _Turn:
    __slots__ = ("line", "taken")

    def __init__(self) -> None:
        self.line = Line()
        self.taken = False


def opening(open_stream: Callable[[], Awaitable[S]]) -> Opening[S]:
    """Return the stream unopened; it opens when it is awaited or entered."""
    return Opening(open_stream)
