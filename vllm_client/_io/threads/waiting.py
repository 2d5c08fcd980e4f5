"""How to wait in a thread. The async package has a file of the same names."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from math import inf
from queue import Empty, SimpleQueue
from typing import Annotated, TypeVar

from ...call.retry import Clock
from ...telemetry.watch import Watch

CLOCK = Clock(monotonic=time.monotonic, date=time.time, random=random.random)

sleep = time.sleep
now = time.monotonic

S = TypeVar("S")

# Nothing is put off here: what would be awaited is there, and a stream is open.
Pending = Annotated[S, "here"]
Opening = Annotated[S, "open"]


class Caller:
    """The thread in which a call was made: its observers are called there."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def end_collected(self, watch: Watch) -> None:
        """Tell the observers that a stream was collected, from whatever thread."""
        watch.ended_by_collection(here=threading.get_ident() == self._thread)


class Line:
    """Threads that wait for something to come free, the first one first.

    Each step is one atomic step of a deque: a collected stream may wake another at any moment, in
    the very thread that is in the middle of a step, and a lock would then wait for itself.
    """

    __slots__ = ("waiters",)

    def __init__(self) -> None:
        self.waiters: deque[SimpleQueue[None]] = deque()

    def wait(self, until: float, is_due: Callable[[], bool]) -> bool:
        """Wait while it is due to wait, until that moment of the clock; False when it has come.

        Returns True once this waiter's turn has come; it then looks again for what it waits for.
        """
        waiter: SimpleQueue[None] = SimpleQueue()
        self.waiters.append(waiter)
        try:
            if is_due():  # asked only now, lest what came free in between be missed
                waiter.get(timeout=None if until == inf else max(0.0, until - now()))
        except Empty:
            return False
        finally:
            self._leave(waiter)
        return True

    def wake(self) -> None:
        """Let the first one look again."""
        with suppress(IndexError):
            self.waiters.popleft().put(None)

    def wake_all(self) -> None:
        """Let all of them look again."""
        while self.waiters:
            self.wake()

    def _leave(self, waiter: SimpleQueue[None]) -> None:
        with suppress(ValueError):
            self.waiters.remove(waiter)
            return
        if not waiter.empty():
            self.wake()  # its turn had come unused; the next one has it


class Turns:
    """Whose turn it is: one thread's at a time, in each process."""

    def __init__(self) -> None:
        self._locks: dict[int, threading.Lock] = {}

    def take(self, until: float) -> bool:
        """Wait for one's turn, until that moment of the clock; whether it came."""
        return self._lock.acquire(timeout=-1 if until == inf else max(0.0, until - now()))

    def give_back(self) -> None:
        """Let the next have it."""
        self._lock.release()

    @property
    def _lock(self) -> threading.Lock:
        # a forked child would wait for ever for a thread that only its parent has
        return self._locks.setdefault(os.getpid(), threading.Lock())


def opening(open_stream: Callable[[], S]) -> S:
    """The stream, opened now."""
    return open_stream()
