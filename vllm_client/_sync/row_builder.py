# Generated from vllm_client/_async/row_builder.py by `python tests/tools/generate_sync.py`.
"""`map` and `bulk`, the methods for many rows of the builders of all families."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar, overload

from typing_extensions import Unpack

from ..api.common.request_builder import OptionsBuilder
from ..api.common.shown_keywords import shows_keywords
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from .call_runner import SyncCallRunner
from .choose_runner import RunnerState, restored, state_of

if TYPE_CHECKING:
    from .._background.bulk_run import SyncBulkRun, SyncRows
    from ..bulk.bulk_item import BulkItem
    from ..bulk.report import BulkReport, Progress
    from ..bulk.run_options import BulkKeywords, RunKeywords

RowT = TypeVar("RowT")
ResponseT = TypeVar("ResponseT")

Build = Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[Any]]


class SyncRowBuilder(OptionsBuilder):
    """A builder whose requests can be made of rows."""

    _caller: SyncCallRunner
    # The name of the family in `bulk/row_forms.py`.
    _form: ClassVar[str]

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it as a client is pickled: the API key is in it. Raises RequestError."""
        return _unpickled, (type(self), self._options, state_of(self._caller))

    def _build(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[Any]:
        """The request for one answer. Raises RequestError."""
        raise NotImplementedError

    def _map(
        self,
        rows: Any,
        run: Mapping[str, Any],
        *,
        build: Build | None = None,
        **more: Any,
    ) -> SyncBulkRun[Any]:
        from .._background.bulk_run import SyncBulkRun
        from .._io.parquet_rows import with_parquet
        from ..bulk import row_forms
        from ..bulk.row_jobs import map_job

        form = getattr(row_forms, self._form)
        settings = self._caller.settings
        job = map_job(
            build or self._build,
            form,
            settings,
            self._options,
            rows=with_parquet(rows),
            run=run,
            **more,
        )
        return SyncBulkRun(self._caller, job)


def _unpickled(
    kind: Callable[..., SyncRowBuilder], options: dict[str, Any], state: RunnerState
) -> SyncRowBuilder:
    return kind(options=options, caller=restored(state))


@shows_keywords
class SyncBulkBuilder(SyncRowBuilder):
    """A builder whose requests can stand in a file."""

    def bulk(
        self,
        rows: SyncRows[Any] | os.PathLike[str],
        output: str | os.PathLike[str],
        *,
        key: str | None = None,
        body: Callable[[Any], Any] | None = None,
        progress: Progress = False,
        **options: Unpack[BulkKeywords],
    ) -> BulkReport:
        """Write the answers to many rows to a file; send as many at once as the server can use.

            report = ask.bulk(dataset, "out.jsonl", key="id")

        Run it again and it continues: rows that have an answer are not sent a second time, in
        whatever order they come. Failed rows go to `NAME.errors.jsonl`. An interrupted run waits
        up to 30 s for the requests in flight; a second interrupt closes the connections. The
        files are whole in either case, and after `kill -9` too. `vllm_client.read_bulk` reads the
        answers.

        Args:
            rows: the rows, as for `map`; or the path of a text file (each line is a prompt), of
                JSON lines (each is a row) or of a Parquet file; "-" is stdin.
            output: one line for each answered row, in the format of OpenAI's batch files; "-" is
                stdout, which cannot be continued.
            key: the column of a row that becomes its custom_id. Default: a hash of the request.
            body: a function that turns one of your rows into one that the family takes.
            progress: True shows the state in a line on stderr; a function gets a BulkReport
                each second.
            **options: See `vllm_client.BulkKeywords`.

        Raises:
            RequestError: A row or a keyword is wrong.
            BulkFileError: A file of the run cannot be read or written.
            BulkError: The server was away for too long, or too many rows failed.
            VllmError: An error that every row would meet, such as a wrong key.
        """
        from .._background.bulk_files import run_files
        from .._io.parquet_rows import with_parquet
        from ..bulk import row_forms
        from ..bulk.file_task import rows_task

        task = rows_task(
            self._build,
            getattr(row_forms, self._form),
            self._caller.settings,
            self._options,
            rows=with_parquet(rows),
            output=output,
            key=key,
            body=body,
            keywords=options,
        )
        return run_files(self._caller, task, progress)


@shows_keywords
class SyncMapBuilder(SyncRowBuilder, Generic[ResponseT]):
    """A builder that gives one answer to each of many rows."""

    @overload
    def map(
        self,
        rows: SyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        ordered: bool = True,
        errors: Literal["raise"] = "raise",
        **run: Unpack[RunKeywords],
    ) -> SyncBulkRun[ResponseT]: ...

    @overload
    def map(
        self,
        rows: SyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        ordered: bool = True,
        errors: Literal["return"],
        **run: Unpack[RunKeywords],
    ) -> SyncBulkRun[BulkItem[RowT, ResponseT]]: ...

    def map(
        self,
        rows: Any,
        *,
        body: Callable[[Any], Any] | None = None,
        ordered: bool = True,
        errors: Literal["raise", "return"] = "raise",
        **run: Any,
    ) -> SyncBulkRun[Any]:
        """Iterate over the answers to many rows; send as many at once as the server can use.

            for answer in ask.map(rows): ...

        It is lazy: rows are read as slots become free, from any iterable, also an endless one. A
        slow reader of the answers slows the input, so that memory does not grow.

        Args:
            rows: the rows; each is a value that this family takes, or a mapping of options. An
                iterable (read in a separate thread unless it is a list, tuple or range), an
                async iterable with the async client, a table of PyArrow, pandas or Polars, or a
                path that ends in .parquet (extra `parquet`).
            body: a function that turns one of your rows into one that the family takes; called
                in the thread that reads the rows.
            ordered: True gives answers in the order of the rows, False as they are ready.
            errors: "raise" gives responses, and raises the error of a failed row in its place;
                "return" gives BulkItems, which have `.ok`, `.response` and `.error`.
            **run: See `vllm_client.RunKeywords`.

        Raises:
            RequestError: A keyword is wrong.
        """
        return self._map(rows, run, body=body, ordered=ordered, errors=errors)
