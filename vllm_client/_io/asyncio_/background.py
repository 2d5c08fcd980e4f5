"""Run background work as an asyncio task. `threads/background.py` is the sync counterpart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ..event_loops import running_loop


class Background:
    """Background work in a task of the event loop, started again when needed after it has ended.

    Args:
        work: The work. It must return when nothing is left to do, and soon after `is_closed` is
            set.
    """

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self.is_closed = False

    def ensure(self) -> None:
        """Start the work unless it is running."""
        loop, task = running_loop(), self._task
        is_running = task is not None and not task.done() and task.get_loop() is loop
        if not is_running and not self.is_closed:
            self._task = loop.create_task(self._work())

    async def pause(self, seconds: float) -> None:
        """Sleep, for use by the work; `close` ends the sleep early."""
        await asyncio.sleep(seconds)

    def close(self) -> None:
        """Stop the work."""
        self.is_closed = True
        if self._task is not None and self._task.get_loop() is running_loop():
            self._task.cancel()
