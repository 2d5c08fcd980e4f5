"""Several rows in one request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from vllm_client import ApiError, EmbeddingResponse, RequestError
from vllm_client.api.pooling.embeddings import build_embeddings
from vllm_client.bulk.bulk_item import BulkItem
from vllm_client.bulk.row_batches import BatchRequest, GroupedRows, RowBatches, grouped
from vllm_client.bulk.row_forms import EMBEDDING
from vllm_client.bulk.row_requests import RowRequests
from vllm_client.bulk.run_job import BulkAnswer
from vllm_client.call.response import HttpResponse
from vllm_client.call.settings import ClientSettings
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers

SETTINGS = ClientSettings(BaseUrl.parse("http://localhost:8000/v1", None))
BATCHES = RowBatches(RowRequests.of(build_embeddings, EMBEDDING, SETTINGS, {}, None), 2)


def _batch(*rows: Any) -> BatchRequest:
    return BATCHES.request(BATCHES.prepare(rows))[1]


def _answer(batch: BatchRequest, *vectors: list[float]) -> BulkAnswer:
    rows = [{"index": at, "embedding": vector} for at, vector in enumerate(vectors)]
    body = json.dumps({"data": rows, "usage": {"prompt_tokens": 9, "total_tokens": 9}}).encode()
    return batch.together.read(HttpResponse(200, Headers(()), body))


def _vectors(answer: BulkAnswer) -> list[Any]:
    return [
        each.data[0].embedding if isinstance(each, EmbeddingResponse) else each
        for each in answer.response
    ]


def test_rows_are_grouped_lazily() -> None:
    endless = iter(int, 1)

    assert next(grouped(endless, 3)) == [0, 0, 0]
    assert list(grouped([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]


def test_one_request_holds_the_inputs_of_all_rows() -> None:
    size, batch = BATCHES.request(BATCHES.prepare(["a", [1, 2]]))

    assert size == 2
    assert json.loads(batch.together.body)["input"] == ["a", [1, 2]]


def test_each_row_gets_its_own_answer() -> None:
    batch = _batch("a", "b")

    answer = batch.answer(_answer(batch, [1.0], [2.0]))

    assert _vectors(answer) == [[1.0], [2.0]]
    assert [(each.data[0].index, each.usage) for each in answer.response] == [(0, None), (0, None)]
    assert (answer.tokens, answer.errors) == ((9, 0), ())


@pytest.mark.parametrize("row", [{"input": "a", "dimensions": 3}, 5])
def test_only_the_row_that_cannot_be_in_a_batch_fails(row: Any) -> None:
    batch = _batch("a", row)

    answer = batch.answer(_answer(batch, [1.0]))

    assert _vectors(answer)[0] == [1.0]
    assert isinstance(answer.response[1], RequestError)
    assert answer.errors == (answer.response[1],)


def test_batch_of_only_invalid_rows_is_not_sent() -> None:
    batch = _batch(5, 6)

    assert not batch.can_be_sent
    assert len(batch.answer([]).errors) == 2


def test_rows_can_be_sent_one_by_one() -> None:
    batch = _batch("a", "b")
    error = ApiError("too long", 400)
    first = _answer(batch, [1.0], [2.0])
    alone = BulkAnswer(first.response, 10, (4, 0))

    answer = batch.answer([alone, error])

    assert [json.loads(spec.body)["input"] for spec in batch.alone()] == ["a", "b"]
    assert answer.response[1] is error
    assert (answer.size, answer.tokens, answer.errors) == (10, (4, 0), (error,))


@pytest.mark.parametrize(("code", "for_one"), [(400, True), (413, True), (500, False)])
def test_some_statuses_may_be_caused_by_a_single_row(code: int, for_one: bool) -> None:
    assert BatchRequest.is_refused_for_one(ApiError("no", code)) is for_one


def test_indexes_of_items_continue_over_batches() -> None:
    error = ApiError("no", 400)
    batch: BulkItem[Any, Any] = BulkItem(3, ["a", "b"], ["A", error], None, 1, 0.5)

    assert BATCHES.split(batch) == [
        BulkItem(6, "a", "A", None, 1, 0.5),
        BulkItem(7, "b", None, error, 1, 0.5),
    ]


def test_error_of_a_batch_is_the_error_of_each_row() -> None:
    error = ApiError("no", 500)
    batch: BulkItem[Any, Any] = BulkItem(0, ["a", "b"], None, error, 3, 0.5)

    assert [(item.input, item.error) for item in BATCHES.split(batch)] == [
        ("a", error),
        ("b", error),
    ]


class Arrivals(GroupedRows):
    """Rows that arrive in the groups "ab" and "c"."""

    def __iter__(self) -> Iterator[str]:
        return iter("abc")

    def groups(self, size: int) -> Iterator[list[Any]]:
        yield from (list("ab"), list("c"))


def test_rows_that_arrive_in_groups_are_not_joined_across_them() -> None:
    assert list(grouped(Arrivals(), 2)) == [["a", "b"], ["c"]]
