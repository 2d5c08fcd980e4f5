"""Read rows from the batches of Ray, Dask and Spark, and add columns to them.

A batch is a table of PyArrow, a DataFrame of pandas, or a mapping of column names to arrays, which
is Ray's default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeAlias

from ...bulk.tables import rows_of
from ...errors import RequestError
from ...schema.inlining import JsonSchema
from .arrow_types import arrow_array

Columns: TypeAlias = Mapping[str, Sequence[Any]]
Types: TypeAlias = Mapping[str, JsonSchema]

# JSON type -> pandas dtype that has a missing value; other types are kept as objects.
_DTYPES = {"integer": "Int64", "number": "float64", "boolean": "boolean"}


def is_batch(value: Any) -> bool:
    """Whether this is one batch, and not an iterator of batches."""
    return isinstance(value, Mapping) or _is_arrow(value) or _is_pandas(value)


def rows_in(batch: Any, new: Iterable[str]) -> list[Any]:
    """Return the rows of a batch, each as a dict from column to value.

    Args:
        batch: The batch.
        new: The names of the columns that will be added.

    Raises:
        RequestError: The batch already has one of these columns.
    """
    names = set(batch.column_names if _is_arrow(batch) else batch)
    for name in new:
        if name in names:
            problem = f"the rows have a column {name!r} already: rename it, or give a prefix="
            raise RequestError(problem)
    rows: Any = _rows_of_arrays(batch) if isinstance(batch, Mapping) else rows_of(batch)
    return list(rows)


def extended(batch: Any, columns: Columns, types: Types) -> Any:
    """Return a batch of the same kind with additional columns."""
    if _is_arrow(batch):
        for name, values in columns.items():
            batch = batch.append_column(name, arrow_array(values, types[name]))
        return batch
    if _is_pandas(batch):
        made = {name: _series(values, types[name], batch.index) for name, values in columns.items()}
        return batch.assign(**made)
    # Ray would derive the Arrow types from the values, and they would differ between batches
    made = {name: arrow_array(values, types[name]) for name, values in columns.items()}
    return {**batch, **made}


def _is_arrow(batch: Any) -> bool:
    return hasattr(batch, "append_column") and hasattr(batch, "to_pylist")


def _is_pandas(batch: Any) -> bool:
    return hasattr(batch, "itertuples") and hasattr(batch, "assign")


def _rows_of_arrays(batch: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the rows of a mapping of NumPy arrays, with NumPy scalars as Python values."""
    arrays = [array.tolist() if array.ndim == 1 else array for array in batch.values()]
    for values in zip(*arrays, strict=True):
        yield dict(zip(batch, values, strict=True))


def _series(values: Sequence[Any], kind: JsonSchema, index: Any) -> Any:
    dtype = _DTYPES.get(kind.get("type", ""), "object")
    return import_module("pandas").Series(values, index=index, dtype=dtype)
