"""Waiting primitives for threads. `asyncio_/waiting.py` is the async counterpart."""

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
from typing import TypeVar

from ...call.retry import Clock
from ...telemetry.watch import Watch

CLOCK = Clock(monotonic=time.monotonic, date=time.time, random=random.random)

sleep = time.sleep
now = time.monotonic

S = TypeVar("S")


class Caller:
    """The thread in which a call was made, where its observers must be called."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def end_collected(self, watch: Watch) -> None:
        """Notify the observers that a stream was garbage-collected. Call it from any thread."""
        watch.ended_by_collection(here=threading.get_ident() == self._thread)


class Line:
    """A FIFO queue of threads that wait for a resource.

    It uses only atomic operations of deque, and no lock: the finalizer of a stream may call `wake`
    in a thread that is in the middle of another method, where a lock would deadlock.
    """

    __slots__ = ("waiters",)

    def __init__(self) -> None:
        self.waiters: deque[SimpleQueue[None]] = deque()

    def wait(self, until: float, is_due: Callable[[], bool]) -> bool:
        """Wait for `wake`, unless `is_due` says that there is no need to wait.

        Args:
            until: The monotonic time at which to give up.
            is_due: Returns whether waiting is necessary.

        Returns:
            True if the caller should try to get the resource again; False at the time `until`.
        """
        waiter: SimpleQueue[None] = SimpleQueue()
        self.waiters.append(waiter)
        try:
            if is_due():  # checked after queueing, so that no `wake` is missed in between
                waiter.get(timeout=None if until == inf else max(0.0, until - now()))
        except Empty:
            return False
        finally:
            self._leave(waiter)
        return True

    def wake(self) -> None:
        """Wake the first waiter, which then tries again."""
        with suppress(IndexError):
            self.waiters.popleft().put(None)

    def wake_all(self) -> None:
        """Wake all waiters, which then try again."""
        while self.waiters:
            self.wake()

    def _leave(self, waiter: SimpleQueue[None]) -> None:
        with suppress(ValueError):
            self.waiters.remove(waiter)
            return
        if not waiter.empty():
            self.wake()  # it was woken but gives up: wake the next one


class Turns:
    """A lock with a timeout, held by one thread at a time in each process."""

    def __init__(self) -> None:
        self._locks: dict[int, threading.Lock] = {}

    def take(self, until: float) -> bool:
        """Acquire the lock, waiting until the monotonic time `until`; return whether it worked."""
        return self._lock.acquire(timeout=-1 if until == inf else max(0.0, until - now()))

    def give_back(self) -> None:
        """Release the lock."""
        self._lock.release()

    @property
    def _lock(self) -> threading.Lock:
        # One lock per process: a forked child would wait forever for a thread of its parent.
        return self._locks.setdefault(os.getpid(), threading.Lock())


def opening(open_stream: Callable[[], S]) -> S:
    """Return the stream, opened now."""
    return open_stream()
