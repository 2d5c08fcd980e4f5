"""Waiting primitives for asyncio. `threads/waiting.py` is the sync counterpart."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from typing import TypeVar
from weakref import WeakKeyDictionary

from ...call.retry import Clock
from ...telemetry.watch import Watch
from ..event_loops import running_loop
from .unopened_stream import AnyStream, UnopenedStream

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


S = TypeVar("S", bound=AnyStream)


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
    """A lock with a timeout, held by one task at a time in each event loop."""

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


def opening(open_stream: Callable[[], Awaitable[S]]) -> UnopenedStream[S]:
    """Return the stream unopened; it opens when it is awaited or entered."""
    return UnopenedStream(open_stream)
