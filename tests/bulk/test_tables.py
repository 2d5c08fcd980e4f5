"""Rows of tables and of other iterables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from vllm_client import RequestError
from vllm_client.bulk.tables import rows_of


class ArrowBatch:
    """The part of pyarrow.RecordBatch that is used."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    @property
    def num_rows(self) -> int:
        return len(self._rows)

    def slice(self, start: int, length: int) -> ArrowBatch:
        return ArrowBatch(self._rows[start : start + length])

    def to_pylist(self) -> list[dict[str, Any]]:
        return self._rows


class ArrowTable:
    def __init__(self, *batches: list[dict[str, Any]]) -> None:
        self._batches = [ArrowBatch(rows) for rows in batches]

    def to_batches(self) -> list[ArrowBatch]:
        return self._batches


class ArrowReader:
    def __init__(self, *batches: list[dict[str, Any]]) -> None:
        self._batches = [ArrowBatch(rows) for rows in batches]

    def read_next_batch(self) -> ArrowBatch:
        raise NotImplementedError

    def __iter__(self) -> Iterator[ArrowBatch]:
        return iter(self._batches)


class PandasFrame:
    columns = ("id", "text")

    def itertuples(self, *, index: bool, name: None) -> Iterator[tuple[Any, ...]]:
        return iter([(1, "a"), (2, "b")])

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)


class PolarsFrame:
    columns = ("id", "text")

    def iter_rows(self, *, named: bool) -> Iterator[dict[str, Any]]:
        return iter(ROWS)


ROWS = [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]
MANY = [{"id": number} for number in range(1000)]


@pytest.mark.parametrize(
    "table",
    [
        ArrowTable(ROWS[:1], ROWS[1:]),
        ArrowBatch(ROWS),
        ArrowReader(ROWS),
        PandasFrame(),
        PolarsFrame(),
        ROWS,
    ],
    ids=lambda table: type(table).__name__,
)
def test_rows_are_dicts_by_column(table: Any) -> None:
    assert list(rows_of(table)) == ROWS  # type: ignore[arg-type]


def test_long_batches_are_read_in_pieces() -> None:
    assert list(rows_of(ArrowTable(MANY))) == MANY  # type: ignore[arg-type]


@pytest.mark.parametrize("source", ["a text", b"bytes", 5, None])
def test_sources_without_rows_are_rejected(source: Any) -> None:
    with pytest.raises(RequestError, match="rows: expected an iterable of rows"):
        rows_of(source)
