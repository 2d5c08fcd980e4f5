"""Batches: several rows in one request (embeddings), split again into one answer for each row."""

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

# A batch may get these statuses because of a single row.
_REFUSED_FOR_ONE = frozenset({400, 413, 422})


class GroupedRows(Iterable[Any]):
    """Rows that arrive in groups, with arbitrary waits between the groups."""

    @abstractmethod
    def groups(self, size: int) -> Iterator[list[Any]]:
        """Yield the rows in lists of at most `size`; a list never waits for the next group."""


def grouped(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the rows in lists of `size`; the last, and those of GroupedRows, may be shorter."""
    if isinstance(rows, GroupedRows):
        yield from rows.groups(size)
        return
    iterator = iter(rows)
    while group := list(islice(iterator, size)):
        yield group


@attrs.frozen
class BatchRequest:
    """The request of a batch of rows.

    Attributes:
        requests: Builds the requests.
        rows: For each row its options, or the error that occurred when they were built.
    """

    requests: RowRequests
    rows: Sequence[Mapping[str, Any] | Exception]

    @property
    def can_be_sent(self) -> bool:
        """Whether any row has options, so that there is something to send."""
        return bool(self._sound)

    @property
    def together(self) -> RequestSpec[BulkAnswer]:
        """One request for all rows. Raises RequestError."""
        return self.requests.spec({"input": [row["input"] for row in self._sound]})

    def alone(self) -> Iterator[RequestSpec[BulkAnswer]]:
        """Return one request for each row. Raises RequestError."""
        return (self.requests.spec(row) for row in self._sound)

    @staticmethod
    def is_refused_for_one(error: ApiError) -> bool:
        """Return whether a single row may be the reason for the error."""
        return error.code in _REFUSED_FOR_ONE

    def answer(self, answer: BulkAnswer | Sequence[BulkAnswer | ApiError]) -> BulkAnswer:
        """Combine the answers or errors of all rows into one answer of the batch.

        Args:
            answer: The answer to the batch, or the answers and errors of its rows sent one by one.
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
    """Build requests of `size` rows each.

    Attributes:
        requests: Builds the request of a single row.
        size: The number of rows in a request.
    """

    requests: RowRequests
    size: int

    def prepare(self, rows: Sequence[Any]) -> list[Mapping[str, Any] | Exception]:
        """Build the options of each row, or the error if that fails."""
        return [self._prepared(row) for row in rows]

    def request(self, rows: Sequence[Mapping[str, Any] | Exception]) -> tuple[int, BatchRequest]:
        """Return the number of rows and the request for them."""
        return len(rows), BatchRequest(self.requests, rows)

    def split(self, batch: BulkItem[Any, Any]) -> list[BulkItem[Any, Any]]:
        """Split the item of a batch into one item for each row; a failed batch fails each row."""
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
            return RequestError(f"batch: expected a text or token ids, got {row!r:.80}")
        return options


def _parts(response: EmbeddingResponse) -> list[EmbeddingResponse]:
    """Split an answer by input. Usage is dropped, because the server counts only whole batches."""
    return [
        attrs.evolve(response, data=[attrs.evolve(one, index=0)], usage=None)
        for one in response.data
    ]
