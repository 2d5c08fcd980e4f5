"""How to wait in asyncio. The sync package has a file of the same names."""

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
    """The event loop in which a call was made: its observers are called there."""

    def __init__(self) -> None:
        self._loop = running_loop()

    def end_collected(self, watch: Watch) -> None:
        """Tell the observers that a stream was collected, from whatever thread."""
        try:
            self._loop.call_soon_threadsafe(watch.ended)
        except RuntimeError:  # the loop is closed
            watch.ended_by_collection(here=False)


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

    if not TYPE_CHECKING:  # type checkers say so themselves

        def __iter__(self) -> NoReturn:
            raise TypeError("this stream is of an async client: read it with `async for`")

        def __enter__(self) -> NoReturn:
            raise TypeError("this stream is of an async client: enter it with `async with`")

        __exit__ = __enter__  # Python looks for both before it calls one


class Line:
    """Tasks of one event loop that wait for something to come free, the first one first.

    It holds the loop only while one waits, so that a loop that is dropped can be collected.
    """

    __slots__ = ("waiters",)

    def __init__(self) -> None:
        self.waiters: deque[asyncio.Future[None]] = deque()

    async def wait(self, until: float, is_due: Callable[[], bool]) -> bool:
        """Wait while it is due to wait, until that moment of the clock; False when it has come.

        Returns True once this waiter's turn has come; it then looks again for what it waits for.
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
        """Let the first one look again."""
        while self.waiters:
            waiter = self.waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def wake_all(self) -> None:
        """Let all of them look again."""
        while self.waiters:
            self.wake()

    def _give_up(self, waiter: asyncio.Future[None]) -> None:
        if waiter.done() and not waiter.cancelled():
            self.wake()  # its turn had come; the next one has it
        with suppress(ValueError):
            self.waiters.remove(waiter)


class Turns:
    """Whose turn it is: one task's at a time, in each event loop."""

    def __init__(self) -> None:
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turn] = WeakKeyDictionary()

    async def take(self, until: float) -> bool:
        """Wait for one's turn, until that moment of the clock; whether it came."""
        turn = self._turn
        while turn.taken:
            if not await turn.line.wait(until, lambda: turn.taken):
                return False
        turn.taken = True
        return True

    def give_back(self) -> None:
        """Let the next have it."""
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
    """The stream, to be opened when it is awaited or entered."""
    return Opening(open_stream)
