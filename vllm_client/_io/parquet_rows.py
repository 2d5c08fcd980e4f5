"""Rows of Parquet files, read by PyArrow (the extra `parquet`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from ..errors import RequestError

# The number of rows that are converted to Python objects at a time.
_ROWS_AT_ONCE = 256


def with_parquet(rows: Any) -> Any:
    """Return the rows of a Parquet file if `rows` is a path ending in ".parquet"; else `rows`.

    Raises:
        RequestError: PyArrow is missing, or the file cannot be read.
    """
    is_path = isinstance(rows, str | os.PathLike)
    return ParquetRows(rows) if is_path and os.fspath(rows).endswith(".parquet") else rows


class ParquetRows:
    """The rows of a Parquet file, each a dict by column. Iteration reads the file in batches."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        try:
            parquet = import_module("pyarrow.parquet")
        except ImportError as error:
            problem = f"{path}: Parquet needs PyArrow: pip install 'vllm-client-sdk[parquet]'"
            raise RequestError(problem) from error
        try:
            self._file = parquet.ParquetFile(path)
        except (OSError, ValueError) as error:  # PyArrow's errors are subclasses of ValueError
            raise RequestError(f"cannot read {path}: {error}") from error

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self._file.iter_batches(batch_size=_ROWS_AT_ONCE):
            yield from batch.to_pylist()
