"""Build the job of a run from the keywords of `map`; check them before anything is sent."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Mapping
from typing import Any

from ..call.settings import ClientSettings
from ..errors import RequestError
from .row_batches import RowBatches, grouped
from .row_forms import RowForm
from .row_requests import Build, RowRequests
from .run_job import BulkJob
from .run_options import RunOptions
from .tables import rows_of


def map_job(
    build: Build,
    form: RowForm,
    settings: ClientSettings,
    options: Mapping[str, Any],
    *,
    rows: Any,
    body: Callable[[Any], Any] | None,
    ordered: bool,
    errors: str,
    run: Mapping[str, Any],
    batch: int | None = None,
    prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> BulkJob:
    """Build the job of `map`.

    Args:
        build: Builds a request from the options of a call.
        form: The accepted rows.
        settings: The settings of the client.
        options: The options of the builder.
        rows: The rows.
        body: The caller's function from a row to its request.
        ordered: Whether answers are yielded in the order of the rows.
        errors: "raise" or "return".
        run: The remaining keywords of `map`.
        batch: The number of rows in one request; None for one request for each row.
        prepare: A function that converts the options before the request is built;
            it may block.

    Raises:
        RequestError: A keyword is invalid.
    """
    if errors not in ("raise", "return"):
        raise RequestError(f'errors: expected "raise" or "return", got {errors!r}')
    if body is not None and not callable(body):
        raise RequestError(f"body: expected a function of a row, got {body!r:.80}")
    checked = RunOptions.of(run, ordered=ordered, raises=errors == "raise")
    requests = RowRequests.of(build, form, settings, options, body, prepare)
    in_thread = body is not None or prepare is not None
    total = len(rows) if hasattr(rows, "__len__") else None
    found = rows_of(rows)
    if batch is None:
        return BulkJob(found, checked, requests.prepare, requests.request, in_thread, total)
    if type(batch) is not int or batch < 1:
        raise RequestError(f"batch: expected a number of rows above 0, got {batch!r}")
    if isinstance(found, AsyncIterable):
        raise RequestError("batch: rows must be an iterable, not an async one")
    batches, groups = RowBatches(requests, batch), grouped(found, batch)
    return BulkJob(
        groups, checked, batches.prepare, batches.request, in_thread, total, batches.split
    )
