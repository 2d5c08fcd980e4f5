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

# Rows of further batches that an iterator of batches is read ahead by: as many as the largest
# servers have in flight.
MAX_ROWS_AHEAD = 4096


class RowMapper:
    """A function of batches that adds the answers to their rows as columns.

        ds.map_batches(RowMapper, fn_constructor_args=(ask,), …)    # Ray; see map_dataset
        frame.map_partitions(mapper, meta=mapper(frame._meta))      # Dask
        frame.mapInPandas(mapper, schema)                           # Spark

    The rows come out in the order in which they came, with the columns `answer`, `finish_reason`,
    `prompt_tokens`, `completion_tokens`, `error` and `error_type`. A failed row has the last two,
    and null in the others.

    All batches of a process share one run of `map`, with its client and its concurrency, whichever
    threads they come from: a mapper may be called by several at once, and copies of a mapper that
    come from pickles are one mapper.

    Args:
        request: a builder of chat, completions, embeddings or score, such as
            `client.chat.completions.create().max_tokens(100)`, of a SyncVllmClient. It is pickled
            with the API key.
        body: a function that makes the request of a row, which is a dict by column: a text,
            messages, options. Default: the row has options of the call.
        response_format: of a chat, the type of its answers. Each field of it becomes a column too,
            of the same name.
        batch: of embeddings, rows in one request.
        prefix: of the names of columns that are no fields of `response_format`.
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
            raise RequestError("request: expected a builder of a SyncVllmClient, not an async one")

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
        """The batch with further columns; of an iterator of batches, an iterator.

        Args:
            batch: a table of PyArrow, a DataFrame of pandas, or a mapping of arrays; the same
                comes back.

        Raises:
            RequestError: It has a column of one of the new names.
            VllmError: The run has ended: an error that every row would meet, or a server that was
                away for too long, or more failed rows than `max_errors`.
        """
        if is_batch(batch):
            return self._answered(batch, self._sent(batch))
        return self._ahead(batch)

    def close(self) -> None:
        """End the run of this process and close its connections. A later call begins another."""
        self._run.close()

    def _sent(self, batch: Any) -> Batch:
        return self._run.send(rows_in(batch, self._columns.types))

    def _answered(self, batch: Any, sent: Batch) -> Any:
        values = self._columns.values(sent.result())
        return extended(batch, values, self._columns.types)

    def _ahead(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Each batch with its columns; later ones are sent before it is finished."""
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
    """Begins the run of a mapper, which it does not know: a mapper that is dropped ends its run."""

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
    """The run in this process of the mappers with this key."""
    with _RUNS_LOCK:
        run = _RUNS.get(key)
        if run is None:
            run = _RUNS[key] = SharedRun(start)
        return run
