"""The result of one row."""

from __future__ import annotations

import pytest

from vllm_client.bulk.bulk_item import BulkItem


def test_unwrap_gives_the_response_of_a_row_that_succeeded() -> None:
    item = BulkItem(3, "Hi", "Hello!", None, attempts=1, seconds=0.5)

    assert item.ok
    assert item.unwrap() == "Hello!"


def test_unwrap_raises_the_error_of_a_row_that_failed() -> None:
    item: BulkItem[str, str] = BulkItem(3, "Hi", None, KeyError("no"), attempts=2, seconds=0.5)

    assert not item.ok
    with pytest.raises(KeyError):
        item.unwrap()
