"""The job of a run: its rows, and the functions that convert them to requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from .bulk_item import BulkItem
from .run_options import RunOptions


@attrs.frozen
class BulkAnswer:
    """The answer to a row or to a batch of rows.

    Attributes:
        response: The value that the caller gets.
        size: The size of the answer in bytes.
        tokens: The numbers of prompt tokens and of completion tokens.
        errors: The errors of failed rows of a batch.
    """

    response: Any
    size: int
    tokens: tuple[int, int] = (0, 0)
    errors: tuple[Exception, ...] = ()


@attrs.frozen
class BulkJob:
    """The rows of a run, and the functions that convert them to requests.

    Attributes:
        rows: An iterable or async iterable.
        options: The options of the run.
        prepare: Converts a row to the options of a call; it may raise any error, and it may block
            if `in_thread` is set.
        request: Builds a request from the result of `prepare`; returns the number of the caller's
            rows in it, and the request.
        in_thread: Whether to read the rows and call `prepare` in a thread, even for a list of rows.
        total: The number of rows; None if unknown.
        split: Splits the item of a batch into one item for each row; None if each row has its own
            request.
    """

    rows: Any
    options: RunOptions
    prepare: Callable[[Any], Any]
    request: Callable[[Any], tuple[int, Any]]
    in_thread: bool = False
    total: int | None = None
    split: Callable[[BulkItem[Any, Any]], list[BulkItem[Any, Any]]] | None = None
