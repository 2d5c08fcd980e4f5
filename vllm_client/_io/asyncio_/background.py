"""Work beside the calls, in asyncio. The sync package has a file of the same names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ..event_loops import running_loop


class Background:
    """One piece of work beside the calls: a task of the event loop, begun anew when it has ended.

    work: ends by itself when there is nothing to do, and soon after `is_closed`.
    """

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self.is_closed = False

    def ensure(self) -> None:
        """Have the work done, unless it is under way."""
        loop, task = running_loop(), self._task
        is_running = task is not None and not task.done() and task.get_loop() is loop
        if not is_running and not self.is_closed:
            self._task = loop.create_task(self._work())

    async def pause(self, seconds: float) -> None:
        """Wait inside of the work, at most until `close`."""
        await asyncio.sleep(seconds)

    def close(self) -> None:
        """End the work."""
        self.is_closed = True
        if self._task is not None and self._task.get_loop() is running_loop():
            self._task.cancel()
