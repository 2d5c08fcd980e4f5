"""Run background work in a thread. `asyncio_/background.py` is the async counterpart."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Background:
    """Background work in a daemon thread, started again when needed after it has ended.

    Args:
        work: The work. It must return when nothing is left to do, and soon after `is_closed` is
            set.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called, so that the work must end."""
        return self._closed.is_set()

    def ensure(self) -> None:
        """Start the work unless it is running."""
        with self._lock:
            # In a forked child the parent's thread is not alive.
            if self.is_closed or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(
                target=self._work, name="vllm-client-servers", daemon=True
            )
            self._thread.start()

    def pause(self, seconds: float) -> None:
        """Sleep, for use by the work; `close` ends the sleep early."""
        self._closed.wait(seconds)

    def close(self) -> None:
        """Stop the work."""
        self._closed.set()
