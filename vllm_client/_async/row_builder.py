"""`map` and `bulk`: the methods of builders for many rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar, overload

from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
from ..api.common.request_builder import OptionsBuilder
from ..api.common.shown_keywords import shows_keywords
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from .call_runner import AsyncCallRunner
from .choose_runner import RunnerState, restored, state_of

if TYPE_CHECKING:
    from .._async.bulk_run import AsyncBulkRun, AsyncRows
    from ..bulk.bulk_item import BulkItem
    from ..bulk.report import BulkReport, Progress
    from ..bulk.run_options import BulkKeywords, RunKeywords

RowT = TypeVar("RowT")
ResponseT = TypeVar("ResponseT")

Build = Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[Any]]


class AsyncRowBuilder(OptionsBuilder):
    """Base class of builders that create a request per row."""

    _caller: AsyncCallRunner
    # The name of a constant of `bulk/row_forms.py`.
    _form: ClassVar[str]

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the builder with its client, including the API key. Raises RequestError."""
        return _unpickled, (type(self), self._options, state_of(self._caller))

    def _build(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[Any]:
        """Build a single request. Raises RequestError."""
        raise NotImplementedError

    def _map(
        self,
        rows: Any,
        run: Mapping[str, Any],
        *,
        build: Build | None = None,
        **more: Any,
    ) -> AsyncBulkRun[Any]:
        from .._async.bulk_run import AsyncBulkRun
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
        return AsyncBulkRun(self._caller, job)


def _unpickled(
    kind: Callable[..., AsyncRowBuilder], options: dict[str, Any], state: RunnerState
) -> AsyncRowBuilder:
    return kind(options=options, caller=restored(state))


@explains_missing_await
@shows_keywords
class AsyncBulkBuilder(AsyncRowBuilder):
    """Base class of builders whose requests can be written to batch files."""

    async def bulk(
        self,
        rows: AsyncRows[Any] | os.PathLike[str],
        output: str | os.PathLike[str],
        *,
        key: str | None = None,
        body: Callable[[Any], Any] | None = None,
        progress: Progress = False,
        **options: Unpack[BulkKeywords],
    ) -> BulkReport:
        """Write the answers to many rows to a file, with adaptive concurrency.

            report = ask.bulk(dataset, "out.jsonl", key="id")

        Run it again to continue: rows that have an answer are not sent again, even if the order of
        the rows has changed. Failed rows are written to `NAME.errors.jsonl`. An interrupt waits up
        to 30 s for the requests in flight; a second interrupt closes the connections. The files
        are valid in either case, and also after `kill -9`. Read the answers with
        `vllm_client.read_bulk`.

        Args:
            rows: The rows, as for `map`; or the path of a text file (a prompt per line), of
                JSON lines (a row per line) or of a Parquet file; "-" is stdin.
            output: The output file, with a line per answered row in the format of OpenAI's batch
                files; "-" is stdout, which cannot be continued.
            key: The column that becomes the custom_id. Default: a hash of the request.
            body: A function that converts a row to the input of a call, such as messages, or to a
                mapping of options. Default: rows are passed unchanged.
            progress: True shows a progress line on stderr; a function is called with a BulkReport
                every second. Default: no progress.
            **options: See `vllm_client.BulkKeywords`.

        Raises:
            RequestError: A row or a keyword is wrong.
            BulkFileError: A file of the run cannot be read or written.
            BulkError: The server was unreachable for too long, or too many rows failed.
            VllmError: An error that affects every row, such as an invalid API key.
        """
        from .._async.bulk_files import run_files
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
        return await run_files(self._caller, task, progress)


@shows_keywords
class AsyncMapBuilder(AsyncRowBuilder, Generic[ResponseT]):
    """Base class of builders with `map`."""

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        ordered: bool = True,
        errors: Literal["raise"] = "raise",
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[ResponseT]: ...

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        ordered: bool = True,
        errors: Literal["return"],
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[BulkItem[RowT, ResponseT]]: ...

    def map(
        self,
        rows: Any,
        *,
        body: Callable[[Any], Any] | None = None,
        ordered: bool = True,
        errors: Literal["raise", "return"] = "raise",
        **run: Any,
    ) -> AsyncBulkRun[Any]:
        """Iterate over the answers to many rows, with adaptive concurrency.

            for answer in ask.map(rows): ...

        The run is lazy: rows are read as slots become free, also from an infinite iterable. A slow
        reader of the answers slows the input down, so memory stays constant.

        Args:
            rows: Inputs of calls, such as texts or messages, or mappings of options. `rows` is an
                iterable, a table of PyArrow, pandas or Polars, or a path that ends in .parquet
                (extra `parquet`); with the async client also an async iterable. An iterable other
                than a list, tuple or range is read in a separate thread.
            body: A function that converts a row to such an input; called in the thread that reads
                the rows. Default: rows are passed unchanged.
            ordered: True returns answers in the order of the rows, False in the order in which
                they finish. Default: True.
            errors: "raise" returns responses, and raises the error of a failed row in its place;
                "return" returns BulkItems, which have `.ok`, `.response` and `.error`.
            **run: See `vllm_client.RunKeywords`.

        Raises:
            RequestError: A keyword is wrong.
        """
        return self._map(rows, run, body=body, ordered=ordered, errors=errors)
