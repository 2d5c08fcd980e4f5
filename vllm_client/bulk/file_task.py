"""The description of a run over files, built from the keywords of `bulk`."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from typing import Any

import attrs

from ..call.option_checks import CALL_OPTIONS
from ..call.settings import ClientSettings
from ..errors import RequestError
from .batch_file import LineError, Template
from .raw_answers import FileRequests
from .requests import BulkRequest
from .resume import OnChange
from .row_forms import RowForm
from .row_requests import Build, RowRequests
from .run_options import RunOptions
from .tables import rows_of

Path = str | os.PathLike[str]

_OF_FILES = ("on_change", "keep_failed", "repair", "sort", "dry_run")


@attrs.frozen
class FileTask:
    """A run over files.

    Attributes:
        output: The path of the output, or "-".
        requests: Builds the HTTP request of a row.
        run: The options of the run.
        source: The path of the input, or "-"; None if the rows come from Python code.
        rows: The rows from Python code; None if there is a source.
        template: Builds requests from rows that are not batch lines; None if all are batch lines.
        on_change, keep_failed, repair, sort, dry_run: See `vllm_client.BulkKeywords`.
    """

    output: Path
    requests: FileRequests
    run: RunOptions
    source: Path | None = None
    rows: Iterable[Any] | AsyncIterable[Any] | None = None
    template: Template | None = None
    on_change: OnChange = "error"
    keep_failed: bool = False
    repair: bool = False
    sort: bool = False
    dry_run: bool = False

    def __attrs_post_init__(self) -> None:
        if self.dry_run and self.source in (None, "-"):
            raise RequestError("dry_run: the input must be a file")

    @property
    def total(self) -> int | None:
        """The number of rows from Python code, if they have a length."""
        return len(self.rows) if hasattr(self.rows, "__len__") else None  # type: ignore[arg-type]

    def request_of(self, row: Any, number: int) -> BulkRequest:
        """Build the request of a row from Python code. Raise RequestError if it is invalid."""
        assert self.template is not None, "rows come with a template"
        try:
            return self.template.request_of(row)
        except LineError as error:
            raise RequestError(f"row {number}: {error.problem}") from error


def batch_task(
    settings: ClientSettings, source: Path, output: Path, keywords: Mapping[str, Any]
) -> FileTask:
    """Build the task of `client.bulk`. Raise RequestError for an invalid keyword."""
    files, run = _apart(keywords)
    requests = FileRequests(RowRequests.run_settings(settings), {})
    return FileTask(_checked(output, "output"), requests, run, _checked(source, "input"), **files)


def rows_task(
    build: Build,
    form: RowForm,
    settings: ClientSettings,
    options: Mapping[str, Any],
    *,
    rows: Any,
    output: Path,
    key: str | None,
    body: Callable[[Any], Any] | None,
    keywords: Mapping[str, Any],
) -> FileTask:
    """Build the task of a request builder's `bulk` method.

    Args:
        build: Builds a request from the options of a call.
        form: The accepted rows and the route of their requests.
        settings: The settings of the client.
        options: The options of the builder.
        rows: A path, or the rows.
        output: The path of the output.
        key: The column of a row that becomes its custom_id.
        body: The caller's function from a row to its request.
        keywords: The remaining keywords of `bulk`.

    Raises:
        RequestError: A keyword is invalid.
    """
    files, run = _apart(keywords)
    requests = RowRequests.of(build, form, settings, {**form.in_files, **options}, body)
    call = {name: value for name, value in requests.options.items() if name in CALL_OPTIONS}
    call.pop("extra_body", None)
    template = Template(form.route, _RowBody(requests, key), key)
    is_path = isinstance(rows, str | os.PathLike)
    return FileTask(
        _checked(output, "output"),
        FileRequests(requests.settings, call),
        run,
        source=rows if is_path else None,
        rows=None if is_path else rows_of(rows),
        template=template,
        **files,
    )


@attrs.frozen
class _RowBody:
    """Build the request body of a row, as the builder's `send` does."""

    requests: RowRequests
    key: str | None

    def __call__(self, row: Any) -> Mapping[str, Any]:
        if self.key is not None and self.requests.body is None and isinstance(row, Mapping):
            row = {name: value for name, value in row.items() if name != self.key}
        options = self.requests.prepare(row)
        if "server" in options:
            raise RequestError("server: set it for all rows of a bulk run, not for a single row")
        spec = self.requests.spec(options)
        body: Mapping[str, Any] = json.loads(spec.body)
        return body


def _apart(keywords: Mapping[str, Any]) -> tuple[dict[str, Any], RunOptions]:
    """Split keywords into those about files, and the options of the run.

    The order of the rows in the output is arbitrary, so the run is unordered.
    """
    files = {name: keywords[name] for name in _OF_FILES if name in keywords}
    for name in ("keep_failed", "repair", "sort", "dry_run"):
        if not isinstance(files.get(name, False), bool):
            raise RequestError(f"{name}: expected True or False, got {files[name]!r}")
    run = {name: value for name, value in keywords.items() if name not in files}
    return files, RunOptions.of(run, ordered=False)


def _checked(path: object, name: str) -> Path:
    if isinstance(path, str | os.PathLike):
        return path
    raise RequestError(f'{name}: expected a path, or "-", got {path!r:.80}')
