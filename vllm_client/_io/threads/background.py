"""Work beside the calls, in a thread. The async package has a file of the same names."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Background:
    """One piece of work beside the calls: a daemon thread, begun anew when it has ended.

    work: ends by itself when there is nothing to do, and soon after `is_closed`.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        """Whether the work is to end."""
        return self._closed.is_set()

    def ensure(self) -> None:
        """Have the work done, unless it is under way."""
        with self._lock:
            # in a forked child the thread of the parent is not alive
            if self.is_closed or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(
                target=self._work, name="vllm-client-servers", daemon=True
            )
            self._thread.start()

    def pause(self, seconds: float) -> None:
        """Wait inside of the work, at most until `close`."""
        self._closed.wait(seconds)

    def close(self) -> None:
        """End the work."""
        self._closed.set()
