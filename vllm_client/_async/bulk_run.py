"""The bulk run of the async client. The sync counterpart is `_background/bulk_run.py`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Iterable
from types import TracebackType
from typing import Generic, Self, TypeAlias, TypeVar

from .._io.asyncio_.mix_ups import RefusesFor, RefusesWith
from ..bulk.run_job import BulkJob
from ..bulk.run_stats import RunStats
from ..errors import RequestError
from .bulk_engine import BulkEngine, Handed
from .call_runner import AsyncCallRunner

YieldT = TypeVar("YieldT")
RowT = TypeVar("RowT")

AsyncRows: TypeAlias = Iterable[RowT] | AsyncIterable[RowT]
"""The iterables that a run reads its rows from."""


class _Answers:
    """A queue of finished rows for the tasks of one event loop."""

    def __init__(self) -> None:
        self.rows: deque[Handed] = deque()
        self.has_ended = False
        self.error: BaseException | None = None
        self._news = asyncio.Event()

    def put(self, handed: Handed) -> None:
        self.rows.append(handed)
        self._news.set()

    def end(self, error: BaseException | None) -> None:
        self.has_ended, self.error = True, error
        self._news.set()

    def clear(self) -> None:
        """Drop the finished rows, and put the end item."""
        self.rows.clear()
        self.end(None)

    async def get(self) -> Handed | None:
        """Return the next finished row; None at the end. Raise the error that ended the run."""
        while not self.rows:
            if self.has_ended:
                error, self.error = self.error, None
                if error is not None:
                    raise error
                return None
            self._news.clear()
            await self._news.wait()
        return self.rows.popleft()


class AsyncBulkRun(RefusesFor, RefusesWith, Generic[YieldT]):
    """An iterator over the answers to many rows, returned by `map`.

    The run begins at the first read, and takes rows from its input only as slots become free.
    Leaving the `async with` block, or dropping the run, closes the connections of rows in flight,
    so that the server stops generating for them.
    """

    def __init__(self, caller: AsyncCallRunner, job: BulkJob) -> None:
        self._caller = caller
        self._job = job
        self._engine: BulkEngine | None = None
        self._answers = _Answers()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> YieldT:
        engine = self._running()
        handed = None if engine is None else await self._next()
        if engine is None or handed is None:
            await self.aclose()
            raise StopAsyncIteration
        item, size = handed
        engine.taken(size)
        if not self._job.options.raises:
            return item  # type: ignore[return-value]  # YieldT is BulkItem with errors="return"
        if item.error is not None:
            await self.aclose()
        return item.unwrap()  # type: ignore[no-any-return]  # YieldT is the response with errors="raise"

    async def _next(self) -> Handed | None:
        """Return the next finished row. Closes the run and raises if an error ended it."""
        try:
            return await self._answers.get()
        except asyncio.CancelledError:
            raise
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """End the run: close connections in flight, and stop reading the input."""
        self._is_closed = True
        if self._engine is not None:
            await self._engine.close()
        self._answers.clear()

    def stop(self) -> None:
        """Send no further rows. Iteration ends after the rows in flight."""
        if self._engine is None:
            self._is_closed = True
        else:
            self._engine.stop()

    @property
    def stats(self) -> RunStats:
        """The current statistics of the run."""
        return RunStats(total=self._job.total) if self._engine is None else self._engine.stats

    @property
    def concurrency(self) -> int:
        """The current limit on requests in flight."""
        return self.stats.concurrency

    def __del__(self) -> None:
        engine = getattr(self, "_engine", None)
        if engine is not None and not self._is_closed:
            engine.from_thread(engine.close_soon)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.stats}>"

    def _running(self) -> BulkEngine | None:
        """Return the engine, started if needed; None if the run was closed before its first read.

        Raises:
            RequestError: The client is closed.
        """
        if self._engine is None and not self._is_closed:
            if self._caller.closed:
                raise RequestError("the client is closed")
            self._engine = BulkEngine(self._caller, self._job, self._answers)
        return self._engine
