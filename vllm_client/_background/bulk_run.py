"""The bulk run of the sync client. `_async/bulk_run.py` is the async counterpart."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeAlias, TypeVar

import attrs

from .._async.bulk_engine import Handed
from .._io.threads.mix_ups import RefusesFor, RefusesWith
from ..bulk.run_job import BulkJob
from ..bulk.run_stats import RunStats
from ..errors import RequestError
from .engine_thread import EngineThread, SyncCaller, TwinOptions

YieldT = TypeVar("YieldT")
RowT = TypeVar("RowT")

SyncRows: TypeAlias = Iterable[RowT]
"""The iterables that a run reads its rows from."""


@attrs.frozen
class _End:
    """The item after the last finished row; `error` is the error that ended the run, if any."""

    error: BaseException | None


class _Answers:
    """A queue of finished rows, from the thread of the event loop to the caller's threads."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Handed | _End] = SimpleQueue()

    def put(self, handed: Handed) -> None:
        self._queue.put(handed)

    def end(self, error: BaseException | None) -> None:
        self._queue.put(_End(error))

    def get(self) -> Handed | None:
        """Return the next finished row; None at the end. Raises the run's error, but only once."""
        handed = self._queue.get()
        if not isinstance(handed, _End):
            return handed
        self.end(None)  # so that later calls return None
        if handed.error is not None:
            raise handed.error
        return None

    def clear(self) -> None:
        """Drop the finished rows, and put the end item."""
        try:
            while True:
                self._queue.get_nowait()
        except Empty:
            self.end(None)


class SyncBulkRun(RefusesFor, RefusesWith, Generic[YieldT]):
    """An iterator over the answers to many rows, returned by `map`.

    The run begins at the first read, and takes rows from its input only as slots become free. A
    background thread makes the requests. Leaving the `with` block, or dropping the run, closes the
    connections of rows in flight, so that the server stops generating for them.
    """

    def __init__(self, caller: SyncCaller, job: BulkJob) -> None:
        if isinstance(job.rows, AsyncIterable):
            raise RequestError("rows: an async iterable needs AsyncVllmClient")
        self._twin = TwinOptions(caller)
        self._caller = caller
        self._job = job
        self._thread: EngineThread | None = None
        self._answers = _Answers()
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> YieldT:
        thread = self._running()
        handed = None if thread is None else self._next(thread)
        if thread is None or handed is None:
            self.close()
            raise StopIteration
        item, size = handed
        thread.engine.taken(size)
        if not self._job.options.raises:
            return item  # type: ignore[return-value]  # YieldT is BulkItem with errors="return"
        if item.error is not None:
            self.close()
        return item.unwrap()  # type: ignore[no-any-return]  # YieldT is the response with errors="raise"

    def close(self) -> None:
        """End the run: close connections in flight, and stop reading the input."""
        self._is_closed = True
        if self._thread is not None:
            self._thread.close()
            self._answers.clear()

    def stop(self) -> None:
        """Send no further rows. Iteration ends after the rows in flight."""
        if self._thread is None:
            self._is_closed = True
        else:
            self._thread.stop()

    @property
    def stats(self) -> RunStats:
        """The current statistics of the run."""
        thread = self._thread
        return RunStats(total=self._job.total) if thread is None else thread.engine.stats

    @property
    def concurrency(self) -> int:
        """The current limit on requests in flight."""
        return self.stats.concurrency

    def __del__(self) -> None:
        thread = getattr(self, "_thread", None)
        if thread is not None and not self._is_closed:
            thread.close_soon()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.stats}>"

    def _running(self) -> EngineThread | None:
        """Return the thread, started if needed; None if the run was ended before its first read.

        Raises:
            RequestError: The client is closed.
        """
        if self._thread is None and not self._is_closed:
            if self._caller.closed:
                raise RequestError("the client is closed")
            self._thread = EngineThread(self._twin, self._job, self._answers)
        return self._thread

    def _next(self, thread: EngineThread) -> Handed | None:
        """Return the next finished row. Closes the run and raises if an error ended it."""
        thread.check_process()
        try:
            return self._answers.get()
        except KeyboardInterrupt:
            self.stop()  # further reads return the rows in flight
            raise
        except BaseException:
            self.close()
            raise
