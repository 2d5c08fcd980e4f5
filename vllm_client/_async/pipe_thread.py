"""Write to a pipe in a thread, because the process that reads it may be slow or stop reading."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

from .bulk_engine import Handed


class PipeThread:
    """A thread that writes finished rows. The run limits the number of unwritten rows.

    Args:
        write: Writes a row; called in the thread.
        ended: Called in the event loop when all rows are written, or with the first error.
    """

    def __init__(
        self, write: Callable[[Handed], None], ended: Callable[[Exception | None], None]
    ) -> None:
        self._write = write
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Handed | None] = SimpleQueue()
        threading.Thread(target=self._run, name="vllm-client-pipe", daemon=True).start()

    def put(self, handed: Handed) -> None:
        """Queue a row to be written."""
        self._queue.put(handed)

    def end(self) -> None:
        """Queue the end: no row follows."""
        self._queue.put(None)

    def _run(self) -> None:
        problem = None
        try:
            while (handed := self._queue.get()) is not None:
                self._write(handed)
        except Exception as error:
            problem = error
        with suppress(RuntimeError):  # the loop is closed, so no caller waits
            self._loop.call_soon_threadsafe(self._ended, problem)
