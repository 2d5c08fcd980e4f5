"""The job of a run: its rows, and how each becomes a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from .bulk_item import BulkItem
from .run_options import RunOptions


@attrs.frozen
class BulkAnswer:
    """The answer to a row: as the caller gets it, its size in bytes, and its tokens.

    errors: of the rows of a batch that failed.
    """

    response: Any
    size: int
    tokens: tuple[int, int] = (0, 0)
    errors: tuple[Exception, ...] = ()


@attrs.frozen
class BulkJob:
    """The rows of a run, and what is done with each.

    Attributes:
        rows: an iterable or async iterable.
        options: of the run.
        prepare: makes the options of a call of a row; it may raise, and with `in_thread` block.
        request: how many rows of the caller these are, and the request made of those options.
        in_thread: whether the rows and `prepare` need a thread, even if the rows are a list.
        total: the number of rows, if it is known.
        split: makes the items of the rows of a batch. Default: each row is a request.
    """

    rows: Any
    options: RunOptions
    prepare: Callable[[Any], Any]
    request: Callable[[Any], tuple[int, Any]]
    in_thread: bool = False
    total: int | None = None
    split: Callable[[BulkItem[Any, Any]], list[BulkItem[Any, Any]]] | None = None
