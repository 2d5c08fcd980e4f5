"""Rows of Parquet files, with a fake PyArrow, which is not installed for the tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.facades.row_server import RowServer
from vllm_client import RequestError, SyncVllmClient
from vllm_client._io.parquet_rows import ParquetRows, with_parquet

ROWS = [{"id": number, "text": f"q{number}"} for number in range(5)]


class ParquetFile:
    """The part of pyarrow.parquet.ParquetFile that the package uses."""

    metadata = SimpleNamespace(num_rows=len(ROWS))

    def __init__(self, path: Any) -> None:
        if "missing" in str(path):
            raise FileNotFoundError(2, "No such file")

    def iter_batches(self, batch_size: int) -> Iterator[Any]:
        for start in range(0, len(ROWS), 2):
            part = ROWS[start : start + 2]
            yield SimpleNamespace(to_pylist=lambda part=part: part)


@pytest.fixture
def _pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("pyarrow.parquet")
    module.ParquetFile = ParquetFile  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyarrow", ModuleType("pyarrow"))
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", module)


@pytest.mark.usefixtures("_pyarrow")
@pytest.mark.parametrize("path", ["data.parquet", Path("data.parquet")])
def test_a_path_of_a_parquet_file_gives_its_rows(path: Any) -> None:
    rows = with_parquet(path)

    assert isinstance(rows, ParquetRows)
    assert (len(rows), list(rows)) == (5, ROWS)


@pytest.mark.parametrize("rows", [["a"], "prompts.txt", Path("in.jsonl"), "-"])
def test_other_inputs_are_returned_unchanged(rows: Any) -> None:
    assert with_parquet(rows) is rows


def test_without_pyarrow_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(RequestError, match=r"pip install 'vllm-client-sdk\[parquet\]'"):
        with_parquet("data.parquet")


@pytest.mark.usefixtures("_pyarrow")
def test_a_file_that_cannot_be_read_is_an_error_at_once() -> None:
    with pytest.raises(RequestError, match=r"cannot read missing\.parquet: .*No such file"):
        with_parquet("missing.parquet")


@pytest.mark.usefixtures("_pyarrow")
def test_rows_are_sent_by_a_run(tmp_path: Path) -> None:
    with RowServer() as server, SyncVllmClient(server.base_url) as client:
        ask = client.chat.completions.create()
        with ask.map("data.parquet", body=lambda row: row["text"]) as run:
            answers = [answer.content for answer in run]
            total = run.stats.total
        report = ask.bulk(
            "data.parquet", tmp_path / "out.jsonl", key="id", body=lambda row: row["text"]
        )

    assert (answers, total) == ([f"re: q{number}" for number in range(5)], 5)
    assert (report.done, report.stats.total) == (5, 5)
