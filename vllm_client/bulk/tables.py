"""Iterate over the rows of tables of PyArrow, pandas and Polars.

Iterating over such a table directly would yield its columns, or fail.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator
from typing import Any

from ..errors import RequestError


def rows_of(source: Any) -> Iterable[Any] | AsyncIterable[Any]:
    """Return the rows of a source; each row of a table is a dict by column name.

    Args:
        source: An iterable or async iterable, which is returned as it is; or a table of PyArrow
            (or its RecordBatch, reader or dataset), pandas or Polars.

    Raises:
        RequestError: The source is a text, or it is not iterable.
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


# Rows of a record batch to convert to Python objects in one step.
_ROWS_AT_ONCE = 256


def _pandas_rows(source: Any) -> Iterator[Any]:
    columns = list(source.columns)
    for values in source.itertuples(index=False, name=None):
        yield dict(zip(columns, values, strict=True))
