"""Rows of tables, which iterate over their columns or not at all; other iterables as they are."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator
from typing import Any

from ..errors import RequestError


def rows_of(source: Any) -> Iterable[Any] | AsyncIterable[Any]:
    """The rows of a source, each of a table's a dict by column.

    Args:
        source: any iterable or async iterable; a table of PyArrow (or its RecordBatch, reader or
            dataset), pandas or Polars.

    Raises:
        RequestError: It is a text, or nothing to iterate over.
    """
    if any(hasattr(source, name) for name in ("to_batches", "read_next_batch")):
        return _arrow_rows(source)
    if hasattr(source, "num_rows") and hasattr(source, "to_pylist"):
        return _batch_rows(source)
    if hasattr(source, "iter_rows") and hasattr(source, "columns"):
        rows: Iterable[Any] = source.iter_rows(named=True)
        return rows
    if hasattr(source, "itertuples") and hasattr(source, "columns"):
        return _pandas_rows(source)
    if isinstance(source, str | bytes) or not isinstance(source, Iterable | AsyncIterable):
        hint = "; bulk() reads files" if isinstance(source, str) else ""
        raise RequestError(f"rows: expected an iterable of rows, got {source!r:.80}{hint}")
    return source


def _arrow_rows(source: Any) -> Iterator[Any]:
    batches = source.to_batches() if hasattr(source, "to_batches") else source
    for batch in batches:
        yield from _batch_rows(batch)


def _batch_rows(batch: Any) -> Iterator[Any]:
    for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
        yield from batch.slice(start, _ROWS_AT_ONCE).to_pylist()


# Rows of a record batch that are made Python objects at once.
_ROWS_AT_ONCE = 256


def _pandas_rows(source: Any) -> Iterator[Any]:
    columns = list(source.columns)
    for values in source.itertuples(index=False, name=None):
        yield dict(zip(columns, values, strict=True))
