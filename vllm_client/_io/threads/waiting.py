"""How to wait in a thread. The async package has a file of the same names."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from math import inf
from typing import Annotated, TypeVar

from ...call.retry import Clock

CLOCK = Clock(monotonic=time.monotonic, date=time.time, random=random.random)

sleep = time.sleep
now = time.monotonic

S = TypeVar("S")

# Nothing is put off here: what would be awaited is there, and a stream is open.
Pending = Annotated[S, "here"]
Opening = Annotated[S, "open"]


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
