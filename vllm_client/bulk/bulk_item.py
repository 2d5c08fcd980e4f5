"""One finished row of a run."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

RowT = TypeVar("RowT")
ResponseT = TypeVar("ResponseT")


@attrs.frozen
class BulkItem(Generic[RowT, ResponseT]):
    """The outcome of one row, as `map(…, errors="return")` gives it.

    Attributes:
        index: the place of the row in the input, from 0.
        input: the row, as the input gave it.
        response: the same value that a single call returns; None if the row failed.
        error: the error that a single call would raise; None if the row succeeded.
        attempts: how often its request was sent; 0 if no request could be built from the row.
        seconds: from the first attempt to the end of the last one.
    """

    index: int
    input: RowT
    response: ResponseT | None
    error: Exception | None
    attempts: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the row succeeded."""
        return self.error is None

    def unwrap(self) -> ResponseT:
        """The response. Raises the error of a row that failed."""
        if self.error is not None:
            raise self.error
        return self.response  # type: ignore[return-value]  # there is one where there is no error
