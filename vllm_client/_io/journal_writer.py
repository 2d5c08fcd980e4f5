"""Append lines to an output: each line in one write, without a buffer in this process.

A line survives a crash of the process once `append` has returned. A thread syncs the file to disk
regularly, so that little is lost if the machine crashes.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from contextlib import suppress
from pathlib import Path

from ..errors import BulkFileError
from .file_errors import file_error, reported_errors

SYNC_SECONDS = 5.0
SYNC_BYTES = 64 * 1024 * 1024


class JournalWriter:
    """Writes lines to a file descriptor. Use it from one thread only.

    Args:
        descriptor: A file opened for appending, a pipe or a device. The writer closes it.
        path: The path, for error messages.
    """

    def __init__(self, descriptor: int, path: Path | str) -> None:
        self._descriptor = descriptor
        self._path = path
        status = os.fstat(descriptor)
        self._regular = stat.S_ISREG(status.st_mode)
        self._size = status.st_size if self._regular else 0
        self._failure: BulkFileError | None = None
        self._syncer = _Syncer(descriptor, path) if self._regular else None

    def append(self, line: bytes) -> int:
        """Write a line, and return its offset in the file.

        Raises:
            BulkFileError: The line could not be written completely. In a regular file its
                incomplete part is removed again. Every later call raises the same error.
        """
        if self._failure is not None:
            raise self._failure
        offset = self._size
        try:
            self._write(line)
        except OSError as error:
            self._failure = file_error("write", self._path, error)
            self._cut_off(offset)
            raise self._failure from error
        return offset

    def sync(self) -> None:
        """Sync everything to disk.

        Raises:
            BulkFileError: Syncing failed, or another program replaced, removed or truncated the
                file, so that lines of this run are lost.
        """
        if self._syncer is not None:
            self._syncer.sync()
            self._check_whole()

    def _check_whole(self) -> None:
        with reported_errors("find", self._path):
            status, written = os.stat(self._path), os.fstat(self._descriptor)
        if not os.path.samestat(status, written) or status.st_size < self._size:
            raise BulkFileError(
                f"another program replaced or truncated {self._path} during the run: lines that "
                "were written are missing; run it again to send their rows again",
                str(self._path),
            )

    def close(self) -> None:
        """Sync everything to disk and close the file. Raises BulkFileError."""
        try:
            if self._syncer is not None:
                self._syncer.finish()
        finally:
            # A thread blocked in a write to a pipe must not go on to write to another file that
            # gets the same descriptor number.
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def _write(self, line: bytes) -> None:
        # A pipe, or a disk that is almost full, may accept only a part of the line at a time.
        written = os.write(self._descriptor, line)
        while written < len(line):
            written += os.write(self._descriptor, line[written:])
        self._size += written
        if self._syncer is not None:
            self._syncer.wrote(written)

    def _cut_off(self, offset: int) -> None:
        if self._regular and self._size == offset:
            with suppress(OSError):  # if it fails, the next run removes the incomplete line
                os.ftruncate(self._descriptor, offset)


def opened_for_appending(path: Path) -> int:
    """Open a file for appending; create it readable by its owner only. Raises BulkFileError."""
    with reported_errors("write", path):
        new = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if new:
            sync_folder(path.parent)
        return descriptor


def sync(descriptor: int) -> None:
    """Sync the content of a file to disk. Raises OSError."""
    if sys.platform == "linux":
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Sync a folder to disk, so that new file names in it survive a crash. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Syncer:
    """Syncs a file to disk in a thread, every five seconds and whenever 64 MB were written."""

    def __init__(self, descriptor: int, path: Path | str) -> None:
        self._descriptor = descriptor
        self._path = path
        self._unsynced = 0
        self._finished = False
        self._error: BulkFileError | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def wrote(self, size: int) -> None:
        """Count bytes that were written. Raises BulkFileError if an earlier sync failed."""
        with self._changed:
            if self._error is not None:
                raise self._error
            self._unsynced += size
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bulk-sync", daemon=True)
                self._thread.start()
            if self._unsynced >= SYNC_BYTES:
                self._changed.notify()

    def sync(self) -> None:
        """Sync what was written so far. Raises BulkFileError."""
        self._sync()
        if self._error is not None:
            raise self._error

    def finish(self) -> None:
        """End the thread, and sync once more. Raises BulkFileError."""
        with self._changed:
            self._finished = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self.sync()

    def _run(self) -> None:
        while self._wait():
            self._sync()

    def _wait(self) -> bool:
        """Wait until the next sync is due; return False once `finish` was called."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._finished or self._unsynced >= SYNC_BYTES, SYNC_SECONDS
            )
            return not self._finished

    def _sync(self) -> None:
        with self._changed:
            unsynced, self._unsynced = self._unsynced, 0
        if unsynced and self._error is None:
            try:
                with reported_errors("sync", self._path):
                    sync(self._descriptor)
            except BulkFileError as error:
                self._error = error
