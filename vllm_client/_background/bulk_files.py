"""Run a bulk job over files in a thread. `_async/bulk_files.py` is the async counterpart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterable
from contextlib import suppress

from .._async.bulk_files import run_files as run_files_async
from ..bulk.file_task import FileTask
from ..bulk.report import BulkReport, Progress
from ..errors import RequestError
from .engine_thread import SyncCaller, TwinOptions


def run_files(caller: SyncCaller, task: FileTask, progress: Progress) -> BulkReport:
    """Send the rows that have no answer yet, and write the answers.

    At a KeyboardInterrupt the run waits up to 30 s for requests in flight; a second one closes
    their connections. In both cases the run completes its files before KeyboardInterrupt is raised.

    Raises:
        RequestError: The input is invalid.
        BulkFileError: A file of the run cannot be read or written.
        BulkError: The server was unavailable for too long, or too many rows failed.
        VllmError: An error that every row would get, such as a wrong API key.
    """
    if isinstance(task.rows, AsyncIterable):
        raise RequestError("rows: an async iterable needs AsyncVllmClient")
    if caller.closed:
        raise RequestError("the client is closed")
    twin = TwinOptions(caller)
    return _FilesThread(twin, task, progress).result()


class _FilesThread:
    """A run in a thread with an event loop."""

    def __init__(self, twin: TwinOptions, task: FileTask, progress: Progress) -> None:
        self._twin = twin
        self._task = task
        self._progress = progress
        self._has_begun = threading.Event()
        self._has_ended = threading.Event()
        self._report: BulkReport | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="vllm-client-bulk", daemon=True).start()
        self._has_begun.wait()

    def result(self) -> BulkReport:
        """Wait for the report. Raises KeyboardInterrupt, or the error that ended the run."""
        interrupt = self._wait()
        if interrupt is not None:
            raise interrupt
        if self._error is not None:
            raise self._error
        assert self._report is not None
        return self._report

    def _wait(self) -> KeyboardInterrupt | None:
        """Wait for the end; each KeyboardInterrupt cancels the run once more."""
        interrupt = None
        while not self._has_ended.is_set():
            try:
                self._has_ended.wait()
            except KeyboardInterrupt as error:
                interrupt = error
                self._cancel()
        return interrupt

    def _cancel(self) -> None:
        with suppress(RuntimeError):  # the loop is closed since the run has just ended
            self._loop.call_soon_threadsafe(self._main_task.cancel)

    # The methods below run in the thread.

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._error = error
        finally:
            self._has_begun.set()
            self._has_ended.set()

    async def _main(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._loop, self._main_task = asyncio.get_running_loop(), task
        self._has_begun.set()
        caller = self._twin.caller()
        try:
            self._report = await run_files_async(caller, self._task, self._progress)
        finally:
            await caller.family.leave(caller)
