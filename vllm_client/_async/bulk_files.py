"""Run a bulk run over files. The sync interface is `_background/bulk_files.py`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from .._io.bulk_files import BulkFiles
from .._io.bulk_output import output_path
from .._io.earlier_lines import beside
from .._io.event_loops import uninterrupted
from .._io.progress_line import ProgressLine
from ..bulk.file_task import FileTask
from ..bulk.report import BulkReport, Progress
from ..bulk.requests import BulkRow
from ..bulk.run_job import BulkJob
from ..bulk.run_stats import RunStats
from ..errors import BulkFileError, RequestError, VllmError
from .bulk_engine import BulkEngine, Handed
from .call_runner import AsyncCallRunner
from .daemon_thread import in_daemon_thread
from .pipe_thread import PipeThread

# Max seconds to wait for requests in flight after a run is cancelled.
FINISH_SECONDS = 30.0
PROGRESS_SECONDS = 1.0


async def run_files(caller: AsyncCallRunner, task: FileTask, progress: Progress) -> BulkReport:
    """Send the rows that have no answer yet, and write their answers.

    A cancellation waits up to 30 s for the requests in flight; a second cancellation closes their
    connections. The files are complete in either case.

    Raises:
        RequestError: The input is wrong.
        BulkFileError: A file of the run cannot be read or written.
        BulkError: The server was unreachable for too long, or too many rows failed.
        VllmError: An error that affects every row, such as an invalid API key.
    """
    if caller.closed:
        raise RequestError("the client is closed")
    if task.dry_run:
        return await in_daemon_thread(partial(_planned, task), _nothing)
    show = _shown(progress)
    files = await _opened(task)
    run = _begun(caller, task, files)
    showing = asyncio.create_task(_show(run, show))
    try:
        await run.until_ended()
    finally:
        showing.cancel()
        try:
            await run.close()
        finally:
            show(run.report())
            _end(show)
    return run.result()


def _begun(caller: AsyncCallRunner, task: FileTask, files: BulkFiles) -> _FileRun:
    """Start the run. If this fails, the files are closed."""
    try:
        return _FileRun(caller, task, files)
    except BaseException:
        _close(files)
        raise


class _FileRun:
    """A run over files that has started: it writes the rows that the engine finishes."""

    def __init__(self, caller: AsyncCallRunner, task: FileTask, files: BulkFiles) -> None:
        self._task = task
        self._files = files
        self._has_ended = asyncio.Event()
        self._error: BaseException | None = None
        self._is_complete = False
        total = task.total if files.planned is None else files.planned.to_send
        job = BulkJob(
            rows=_rows(task, files),
            options=task.run,
            prepare=_unchanged,
            request=task.requests.request,
            in_thread=True,
            total=total,
        )
        self._engine = BulkEngine(caller, job, self)
        self._pipe = None if files.resumable else PipeThread(self._write, self._pipe_ended)

    # Called by the engine:

    def put(self, handed: Handed) -> None:
        """Write the line of a row. Raises BulkFileError, which ends the run."""
        if self._pipe is None:
            self._write(handed)
        else:
            self._pipe.put(handed)

    def end(self, error: BaseException | None) -> None:
        self._error = error
        if self._pipe is None:
            self._has_ended.set()
        else:
            self._pipe.end()

    def _write(self, handed: Handed) -> None:
        item, size = handed
        row: BulkRow = item.input
        answer: Any = item.response
        if item.error is None:
            self._files.succeeded(row, answer, attempts=item.attempts, seconds=item.seconds)
        else:
            error = _as_ours(item.error)
            self._files.failed(row, error, attempts=item.attempts, seconds=item.seconds)
        self._engine.taken(size)

    def _pipe_ended(self, error: Exception | None) -> None:
        """Record that all lines were written to the pipe, or that writing failed."""
        if error is not None:
            self._engine.end(error)
            self._error = self._error or error
        self._has_ended.set()

    # Called by `run_files`:

    async def until_ended(self) -> None:
        """Wait for the end. A cancellation first waits for the requests in flight."""
        try:
            await self._has_ended.wait()
        except asyncio.CancelledError:
            self._engine.stop()
            with suppress(TimeoutError):
                async with asyncio.timeout(FINISH_SECONDS):
                    await self._has_ended.wait()
            raise

    async def close(self) -> None:
        """Close the connections and complete the files. Raises BulkFileError."""
        await uninterrupted(self._close())

    async def _close(self) -> None:
        try:
            await self._engine.close()
        finally:
            self._is_complete = self._engine.is_complete and self._has_ended.is_set()
            await asyncio.to_thread(self._close_files)

    def report(self) -> BulkReport:
        """The current state of the run."""
        counts, path = self._files.counts, output_path(self._task.output)
        errors_file = None if path is None else beside(path, ".errors.jsonl")
        has_failed = errors_file is not None and errors_file.exists()
        return BulkReport(
            self._engine.stats,
            os.fspath(self._task.output),
            str(errors_file) if has_failed else None,
            done_before=counts.done_before,
            failed_before=counts.failed_before,
            is_complete=self._is_complete,
            cut_bytes=self._files.torn_bytes,
        )

    def result(self) -> BulkReport:
        """Return the final report. Raises the error that ended the run early."""
        if self._error is not None:
            self._error.add_note(str(self.report()))
            raise self._error
        return self.report()

    def _close_files(self) -> None:
        with self._files:
            self._files.finish(complete=self._is_complete)


async def _opened(task: FileTask) -> BulkFiles:
    """Open and check the files in a thread.

    A cancellation waits until they are closed again. A second one does not wait: opening a FIFO
    blocks until its other end is opened.
    """
    opening = in_daemon_thread(partial(_open, task), _close)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_if_opened)
        with suppress(Exception):
            await asyncio.shield(opening)
        raise


def _close_if_opened(opening: asyncio.Future[BulkFiles]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        _close(opening.result())


def _close(files: BulkFiles) -> None:
    with suppress(BulkFileError):
        files.close()


def _open(task: FileTask) -> BulkFiles:
    return BulkFiles.open(
        task.source,
        task.output,
        template=task.template,
        on_change=task.on_change,
        keep_failed=task.keep_failed,
        repair=task.repair,
        sort=task.sort,
    )


def _planned(task: FileTask) -> BulkReport:
    assert task.source is not None, "checked by FileTask"
    plan = BulkFiles.plan(
        task.source,
        task.output,
        template=task.template,
        on_change=task.on_change,
        keep_failed=task.keep_failed,
    )
    return BulkReport(
        RunStats(total=plan.counts.to_send),
        os.fspath(task.output),
        to_send=plan.counts.to_send,
        done_before=plan.counts.done_before,
        failed_before=plan.counts.failed_before,
    )


def _unchanged(row: BulkRow) -> BulkRow:
    return row


def _rows(task: FileTask, files: BulkFiles) -> Iterable[BulkRow] | AsyncIterable[BulkRow]:
    if task.rows is None:
        return files.rows()
    if isinstance(task.rows, AsyncIterable):
        return _admitted_async(task, files, task.rows)
    return _admitted(task, files, task.rows)


def _admitted(task: FileTask, files: BulkFiles, rows: Iterable[Any]) -> Iterator[BulkRow]:
    """Yield the rows that have no answer yet."""
    for number, row in enumerate(rows):
        admitted = files.admit(task.request_of(row, number))
        if admitted is not None:
            yield admitted


async def _admitted_async(
    task: FileTask, files: BulkFiles, rows: AsyncIterable[Any]
) -> AsyncIterator[BulkRow]:
    number = 0
    async for row in rows:
        admitted = files.admit(task.request_of(row, number))
        number += 1
        if admitted is not None:
            yield admitted


def _as_ours(error: Exception) -> VllmError:
    if isinstance(error, VllmError):
        return error
    made = VllmError(f"{type(error).__name__}: {error}")
    made.__cause__ = error
    return made


def _shown(progress: Progress) -> Callable[[BulkReport], object]:
    if callable(progress):
        return progress
    return ProgressLine() if progress else _nothing


def _nothing(report: BulkReport) -> None:
    """Ignore a result."""


def _end(show: Callable[[BulkReport], object]) -> None:
    if isinstance(show, ProgressLine):
        show.end()


async def _show(run: _FileRun, show: Callable[[BulkReport], object]) -> None:
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        show(run.report())
