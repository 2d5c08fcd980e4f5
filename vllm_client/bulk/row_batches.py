"""Several rows in one request, as embeddings allow, and one answer for each of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import attrs

from ..api.pooling.embeddings import EmbeddingResponse
from ..call.request import RequestSpec
from ..errors import ApiError, RequestError
from .bulk_item import BulkItem
from .row_requests import RowRequests
from .run_job import BulkAnswer

# Statuses of a batch that may be meant for one of its rows.
_REFUSED_FOR_ONE = frozenset({400, 413, 422})


class GroupedRows(Iterable[Any]):
    """Rows that arrive in groups, with waits of any length between them."""

    @abstractmethod
    def groups(self, size: int) -> Iterator[list[Any]]:
        """The rows in lists of at most this size. No list waits for rows of a later group."""


def grouped(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in lists of this size; the last one, and those of GroupedRows, may be shorter."""
    if isinstance(rows, GroupedRows):
        yield from rows.groups(size)
        return
    iterator = iter(rows)
    while group := list(islice(iterator, size)):
        yield group


@attrs.frozen
class BatchRequest:
    """The request of some rows.

    Attributes:
        requests: makes them.
        rows: the options of each row, or the error of a row that has none.
    """

    requests: RowRequests
    rows: Sequence[Mapping[str, Any] | Exception]

    @property
    def can_be_sent(self) -> bool:
        """Whether any row has a request."""
        return bool(self._sound)

    @property
    def together(self) -> RequestSpec[BulkAnswer]:
        """One request for all of them. Raises RequestError."""
        return self.requests.spec({"input": [row["input"] for row in self._sound]})

    def alone(self) -> Iterator[RequestSpec[BulkAnswer]]:
        """A request for each of them. Raises RequestError."""
        return (self.requests.spec(row) for row in self._sound)

    @staticmethod
    def is_refused_for_one(error: ApiError) -> bool:
        """Whether the server may have refused one row alone."""
        return error.code in _REFUSED_FOR_ONE

    def answer(self, answer: BulkAnswer | Sequence[BulkAnswer | ApiError]) -> BulkAnswer:
        """The answers of all rows, or their errors, as one.

        answer: to all of them together, or to each alone.
        """
        if isinstance(answer, BulkAnswer):
            size, tokens = answer.size, answer.tokens
            found: list[Any] = _parts(answer.response)
        else:
            good = [each for each in answer if isinstance(each, BulkAnswer)]
            size = sum(each.size for each in good)
            tokens = (sum(each.tokens[0] for each in good), 0)
            found = [each.response if isinstance(each, BulkAnswer) else each for each in answer]
        answers = iter(found)
        results = [row if isinstance(row, Exception) else next(answers) for row in self.rows]
        errors = tuple(result for result in results if isinstance(result, Exception))
        return BulkAnswer(results, size, tokens, errors)

    @property
    def _sound(self) -> list[Mapping[str, Any]]:
        return [row for row in self.rows if not isinstance(row, Exception)]


@attrs.frozen
class RowBatches:
    """Makes one request of `size` rows.

    Attributes:
        requests: makes that of one row.
        size: rows in a request.
    """

    requests: RowRequests
    size: int

    def prepare(self, rows: Sequence[Any]) -> list[Mapping[str, Any] | Exception]:
        """The options of each row, or why it has none."""
        return [self._prepared(row) for row in rows]

    def request(self, rows: Sequence[Mapping[str, Any] | Exception]) -> tuple[int, BatchRequest]:
        """How many rows these are, and their request."""
        return len(rows), BatchRequest(self.requests, rows)

    def split(self, batch: BulkItem[Any, Any]) -> list[BulkItem[Any, Any]]:
        """The items of the rows of a batch; its error is that of each."""
        first = batch.index * self.size
        results = batch.response or [batch.error] * len(batch.input)
        return [
            attrs.evolve(
                batch,
                index=first + place,
                input=row,
                response=None if isinstance(result, Exception) else result,
                error=result if isinstance(result, Exception) else None,
            )
            for place, (row, result) in enumerate(zip(batch.input, results, strict=True))
        ]

    def _prepared(self, row: Any) -> Mapping[str, Any] | Exception:
        try:
            options = self.requests.prepare(row)
        except Exception as error:
            return error
        if options.keys() != {"input"}:
            return RequestError(f"batch: a row can be a text or token ids alone, got {row!r:.80}")
        return options


def _parts(response: EmbeddingResponse) -> list[EmbeddingResponse]:
    """An answer for each input; token counts are those of the batch, so that no row has them."""
    return [
        attrs.evolve(response, data=[attrs.evolve(one, index=0)], usage=None)
        for one in response.data
    ]
