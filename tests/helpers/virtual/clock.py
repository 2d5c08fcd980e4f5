"""A clock that jumps from one call to the next."""

import heapq
import itertools
import random
from collections.abc import Callable
from typing import Any


class VirtualClock:
    """Run calls in the order of their times. `random` makes a run repeatable."""

    def __init__(self, seed: int) -> None:
        self.now = 0.0
        self.random = random.Random(seed)
        self._calls: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = itertools.count()

    def call_at(self, time: float, call: Callable[..., None], *arguments: Any) -> None:
        heapq.heappush(self._calls, (time, next(self._order), call, arguments))

    def call_later(self, seconds: float, call: Callable[..., None], *arguments: Any) -> None:
        self.call_at(self.now + seconds, call, *arguments)

    def run(self, until: float) -> None:
        """Run all calls up to this time."""
        while self._calls and self._calls[0][0] <= until:
            self.now, _, call, arguments = heapq.heappop(self._calls)
            call(*arguments)
        self.now = until
