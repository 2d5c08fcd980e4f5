"""Answers to the rows of batches, for Ray, Dask and Spark."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import uuid4
from weakref import WeakValueDictionary

import attrs
from typing_extensions import Unpack

from ...bulk.run_options import RunKeywords
from ...errors import RequestError
from .columns import AnswerColumns
from .frames import extended, is_batch, rows_in
from .shared_run import Batch, BatchRow, SharedRun

# Max rows that are read ahead from an iterator of batches: the requests in flight at large servers.
MAX_ROWS_AHEAD = 4096


class RowMapper:
    """A function that sends the rows of batches and adds the answers as columns.

        ds.map_batches(RowMapper, fn_constructor_args=(ask,), …)    # Ray; see map_dataset
        frame.map_partitions(mapper, meta=mapper(frame._meta))      # Dask
        frame.mapInPandas(mapper, schema)                           # Spark

    The rows keep their order, with the columns `answer`, `finish_reason`, `prompt_tokens`,
    `completion_tokens`, `error` and `error_type`. In a failed row only the last two are set; the
    others are null.

    All batches of a process share one run of `map`, with one client and one concurrency limit. A
    mapper is thread-safe, and its unpickled copies in a process share its run.

    Args:
        request: A builder of chat, completions, embeddings or score of a SyncVllmClient, such as
            `client.chat.completions.create().max_tokens(100)`. It is pickled with the API key.
        body: A function from a row (a dict by column) to its request: a text, messages, or a
            mapping of options. Default: the columns of the row are options of the call.
        response_format: For a chat, the type of its answers. Each of its fields becomes a column of
            the same name.
        batch: For embeddings, rows in one request. Default: one.
        prefix: Put before the names of the new columns, except fields of `response_format`.
            Default: none.
        **run: See `vllm_client.RunKeywords`.

    Raises:
        RequestError: A keyword is wrong.
    """

    def __init__(
        self,
        request: Any,
        *,
        body: Callable[[dict[str, Any]], Any] | None = None,
        response_format: Any = None,
        batch: int | None = None,
        prefix: str = "",
        **run: Unpack[RunKeywords],
    ) -> None:
        own = {"response_format": response_format, "batch": batch}
        given = {name: value for name, value in own.items() if value is not None}
        self._key = uuid4().hex
        self._start = _Start(request, body, {**run, **given})
        self._prefix = prefix
        self._begin()
        if not isinstance(self._start([]), Iterator):
            raise RequestError("request: expected a builder of a SyncVllmClient, got an async one")

    def _begin(self) -> None:
        response_format = self._start.keywords.get("response_format")
        self._columns = AnswerColumns.of(self._start.request, response_format, self._prefix)
        self._run = _shared(self._key, self._start)

    def __getstate__(self) -> tuple[str, _Start, str]:
        return self._key, self._start, self._prefix

    def __setstate__(self, state: tuple[str, _Start, str]) -> None:
        self._key, self._start, self._prefix = state
        self._begin()

    def __call__(self, batch: Any) -> Any:
        """Add the columns to a batch, or to each batch of an iterator.

        Args:
            batch: A table of PyArrow, a DataFrame of pandas, or a mapping of arrays; the result
                has the same type.

        Raises:
            RequestError: The batch already has a column with one of the new names.
            VllmError: The error that ended the run: every row would get the same error, the server
                was unavailable for too long, or more than `max_errors` rows failed.
        """
        if is_batch(batch):
            return self._answered(batch, self._sent(batch))
        return self._ahead(batch)

    def close(self) -> None:
        """End the run of this process and close its connections. A later call starts another."""
        self._run.close()

    def _sent(self, batch: Any) -> Batch:
        return self._run.send(rows_in(batch, self._columns.types))

    def _answered(self, batch: Any, sent: Batch) -> Any:
        values = self._columns.values(sent.result())
        return extended(batch, values, self._columns.types)

    def _ahead(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield each batch with its new columns; later batches are sent before it is finished."""
        waiting: deque[tuple[Any, Batch]] = deque()
        for batch in batches:
            waiting.append((batch, self._sent(batch)))
            while waiting and (waiting[0][1].is_done or _is_far_ahead(waiting)):
                yield self._answered(*waiting.popleft())
        while waiting:
            yield self._answered(*waiting.popleft())


def _is_far_ahead(waiting: deque[tuple[Any, Batch]]) -> bool:
    return sum(sent.size for _, sent in waiting) - waiting[0][1].size >= MAX_ROWS_AHEAD


@attrs.frozen
class _Start:
    """Start the run of a mapper.

    It has no reference to the mapper, so that the run ends when the mapper is deleted.
    """

    request: Any
    body: Callable[[dict[str, Any]], Any] | None
    keywords: dict[str, Any]

    def __call__(self, rows: Iterable[BatchRow]) -> Any:
        return self.request.map(
            rows, body=self._of_row, ordered=False, errors="return", **self.keywords
        )

    def _of_row(self, row: BatchRow) -> Any:
        return row.value if self.body is None else self.body(row.value)


_RUNS: WeakValueDictionary[str, SharedRun] = WeakValueDictionary()
_RUNS_LOCK = threading.Lock()


def _shared(key: str, start: _Start) -> SharedRun:
    """Return the run that all copies of a mapper in this process share, and start it if needed."""
    with _RUNS_LOCK:
        run = _RUNS.get(key)
        if run is None:
            run = _RUNS[key] = SharedRun(start)
        return run
