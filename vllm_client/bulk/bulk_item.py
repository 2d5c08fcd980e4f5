"""The result of one row of a run."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

RowT = TypeVar("RowT")
ResponseT = TypeVar("ResponseT")


@attrs.frozen
class BulkItem(Generic[RowT, ResponseT]):
    """The result of one row, as yielded by `map(…, errors="return")`.

    Attributes:
        index: The position of the row in the input, from 0.
        input: The row itself, as read from the input.
        response: The value that a single call returns; None if the row failed.
        error: The error that a single call raises; None if the row succeeded.
        attempts: The number of times that the request was sent; 0 if no request could be built.
        seconds: The time from the start of the first attempt to the end of the last.
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
        """Return the response, or raise the error of a failed row."""
        if self.error is not None:
            raise self.error
        return self.response  # type: ignore[return-value]  # not None if `error` is None
