"""Share one bulk run among batches that several threads send."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any, Protocol

import attrs

from ...bulk.bulk_item import BulkItem
from ...bulk.row_batches import GroupedRows
from ...bulk.run_stats import RunStats
from ...errors import RequestError

# Ray Data writes the records of this logger to its log, and shows them to the dataset's consumer.
LOG = logging.getLogger("ray.data.vllm_client")

SECONDS_BETWEEN_LOG_LINES = 30.0

Item = BulkItem[Any, Any]


class Run(Protocol):
    """The part of the interface of a sync bulk run that is used here."""

    @property
    def stats(self) -> RunStats: ...

    def __iter__(self) -> Iterator[Item]: ...

    def close(self) -> None: ...


class Batch:
    """Rows that are sent together, with their answers as they arrive."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.is_abandoned = False
        self._items: list[Any] = [None] * size
        self._missing = size
        self._error: BaseException | None = None
        self._is_done = threading.Event()
        if not size:
            self._is_done.set()

    @property
    def is_done(self) -> bool:
        """Whether all rows are finished, or the run has ended."""
        return self._is_done.is_set()

    def finish(self, place: int, item: Item) -> None:
        """Store the answer of one row. Called by one thread only."""
        self._items[place] = item
        self._missing -= 1
        if not self._missing:
            self._is_done.set()

    def fail(self, error: BaseException) -> None:
        """Fail all rows, as the run has ended before they were finished."""
        self._error = error
        self._is_done.set()

    def result(self) -> list[Item]:
        """Wait for all rows and return them in order. Raises the error that ended the run."""
        try:
            self._is_done.wait()
        except BaseException:
            self.is_abandoned = True
            raise
        if self._error is not None:
            raise self._error
        return self._items


@attrs.frozen(eq=False)
class BatchRow:
    """An input of the run: a row, its batch and its index in the batch."""

    value: Any
    place: int
    batch: Batch


class _Feed(GroupedRows):
    """The input of the run: an iterator over the rows of all batches, until it is closed."""

    def __init__(self) -> None:
        self._arrivals: SimpleQueue[list[BatchRow] | None] = SimpleQueue()

    def add(self, rows: list[BatchRow]) -> None:
        self._arrivals.put(rows)

    def close(self) -> None:
        self._arrivals.put(None)

    def __iter__(self) -> Iterator[BatchRow]:
        while (rows := self._arrivals.get()) is not None:
            yield from (row for row in rows if not row.batch.is_abandoned)

    def groups(self, size: int) -> Iterator[list[BatchRow]]:
        """Yield the rows of each batch in lists of at most this size."""
        while (rows := self._arrivals.get()) is not None:
            for start in range(0, len(rows), size):
                if not rows[start].batch.is_abandoned:
                    yield rows[start : start + size]


class _Reader:
    """A thread that reads the answers of a run until it ends."""

    def __init__(self, start: Callable[[GroupedRows], Run]) -> None:
        self.has_ended = False
        self._process = os.getpid()
        self.feed = _Feed()
        self.run = start(self.feed)
        self._open: set[Batch] = set()
        self._lock = threading.Lock()
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LOG_LINES
        self.thread = threading.Thread(target=self._read, name="vllm-client-batches", daemon=True)
        self.thread.start()

    def add(self, batch: Batch, rows: list[BatchRow]) -> bool:
        """Send the rows of a batch; False if the run has ended, or belongs to a parent process."""
        if self._process != os.getpid():
            return False
        with self._lock:
            if not self.has_ended:
                self._open.add(batch)
                self.feed.add(rows)
            return not self.has_ended

    def _read(self) -> None:
        error: BaseException = RequestError("the run was closed")
        try:
            for item in self.run:
                self._finish(item)
        except BaseException as problem:
            error = problem
        self.feed.close()
        with self._lock:
            self.has_ended = True
        for batch in self._open:
            batch.fail(error)
        LOG.info("%s", self.run.stats)

    def _finish(self, item: Item) -> None:
        row: BatchRow = item.input
        row.batch.finish(row.place, item)
        if row.batch.is_done:
            with self._lock:
                self._open.discard(row.batch)
        if time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LOG_LINES
            LOG.info("%s", self.run.stats)


class SharedRun:
    """One run for many batches. Thread-safe.

    The run starts with the first batch. If it ends with an error, for instance because the server
    was unreachable for too long, its unfinished batches fail, and the next batch starts a new run.

    Args:
        start: Starts a run over the given rows; each item's `input` is a BatchRow.
    """

    def __init__(self, start: Callable[[GroupedRows], Run]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._reader: _Reader | None = None

    def send(self, values: Sequence[Any]) -> Batch:
        """Start sending these rows. Raises the error of a run that cannot start."""
        batch = Batch(len(values))
        rows = [BatchRow(value, place, batch) for place, value in enumerate(values)]
        with self._lock:
            while rows and not (self._reader is not None and self._reader.add(batch, rows)):
                self._reader = _Reader(self._start)
        return batch

    def close(self) -> None:
        """End the run. Batches that wait for answers fail with a RequestError."""
        with self._lock:
            if self._reader is not None:
                self._reader.run.close()

    def __del__(self) -> None:
        reader = getattr(self, "_reader", None)
        if reader is not None:
            reader.feed.close()  # without further rows the run ends by itself
