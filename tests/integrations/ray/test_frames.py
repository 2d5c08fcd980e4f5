"""Batches in the formats of Ray, Dask and Spark."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vllm_client import RequestError
from vllm_client.integrations.ray.frames import extended, is_batch, rows_in

pytestmark = pytest.mark.ray

TYPES: Any = {"answer": {"type": "string"}, "tokens": {"type": "integer"}}
VALUES: Any = {"answer": ["x", None], "tokens": [1, None]}


def test_a_table_of_arrow_keeps_its_columns() -> None:
    import pyarrow

    table = pyarrow.table({"id": [1, 2], "text": ["a", None]})

    assert rows_in(table, TYPES) == [{"id": 1, "text": "a"}, {"id": 2, "text": None}]
    more = extended(table, VALUES, TYPES)
    assert more.column_names == ["id", "text", "answer", "tokens"]
    assert [str(kind) for kind in more.schema.types[2:]] == ["string", "int64"]
    assert more["tokens"].to_pylist() == [1, None]


def test_a_frame_of_pandas_keeps_its_index() -> None:
    import pandas

    frame = pandas.DataFrame({"id": [1, 2]}, index=[7, 5])

    assert rows_in(frame, TYPES) == [{"id": 1}, {"id": 2}]
    more = extended(frame, VALUES, TYPES)
    assert list(more.columns) == ["id", "answer", "tokens"]
    assert list(more.index) == [7, 5]
    assert str(more["tokens"].dtype) == "Int64"
    assert list(more["answer"]) == ["x", None]
    assert list(frame.columns) == ["id"]


def test_rows_of_arrays_have_python_values() -> None:
    batch = {"id": np.array([1, 2]), "image": np.zeros((2, 3))}

    first, second = rows_in(batch, TYPES)

    assert (type(first["id"]), second["id"]) == (int, 2)
    assert first["image"].shape == (3,)
    more = extended(batch, VALUES, TYPES)
    assert more["id"] is batch["id"]
    assert more["answer"].to_pylist() == ["x", None]


def test_an_existing_column_is_refused() -> None:
    with pytest.raises(RequestError, match="a column 'answer' already: rename it"):
        rows_in({"answer": np.array(["a"])}, TYPES)


def test_an_iterator_of_batches_is_not_a_batch() -> None:
    import pandas
    import pyarrow

    assert is_batch(pandas.DataFrame())
    assert is_batch(pyarrow.table({}))
    assert is_batch({})
    assert not is_batch(iter([pandas.DataFrame()]))
