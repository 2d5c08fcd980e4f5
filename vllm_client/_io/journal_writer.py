"""Appends lines to an output: whole lines, one write each, without a buffer in this process.

A line that `append` has returned from survives the end of the process, however it ends. A thread
brings what was written to the disk, so that little is lost if the machine stops.
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
    """Writes lines to a descriptor, from one thread.

    Args:
        descriptor: Open for appending; a pipe or a device is taken, too. The writer closes it.
        path: For messages.
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
        """Write a line. Returns its offset in the file.

        Raises:
            BulkFileError: The line could not be written whole; of a regular file, what was written
                of it is cut off again. Every later call raises the same error.
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
        """Bring everything to the disk.

        Raises:
            BulkFileError: That failed, or another program has replaced, removed or cut the file, so
                that lines of this run are lost.
        """
        if self._syncer is not None:
            self._syncer.sync()
            self._check_whole()

    def _check_whole(self) -> None:
        with reported_errors("find", self._path):
            status, written = os.stat(self._path), os.fstat(self._descriptor)
        if not os.path.samestat(status, written) or status.st_size < self._size:
            raise BulkFileError(
                f"another program has replaced or cut {self._path} during the run: lines that were "
                "written are missing; run it again to send their rows again",
                str(self._path),
            )

    def close(self) -> None:
        """Bring everything to the disk and close the file. Raises BulkFileError."""
        try:
            if self._syncer is not None:
                self._syncer.finish()
        finally:
            # A thread that still waits for a reader must not go on in a file of the same number.
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def _write(self, line: bytes) -> None:
        """One write for a regular file with enough space; a pipe may take less at a time."""
        written = os.write(self._descriptor, line)
        while written < len(line):
            written += os.write(self._descriptor, line[written:])
        self._size += written
        if self._syncer is not None:
            self._syncer.wrote(written)

    def _cut_off(self, offset: int) -> None:
        if self._regular and self._size == offset:
            with suppress(OSError):  # the next run cuts the torn line
                os.ftruncate(self._descriptor, offset)


def opened_for_appending(path: Path) -> int:
    """A descriptor that appends to a file, created for its owner alone. Raises BulkFileError."""
    with reported_errors("write", path):
        new = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if new:
            sync_folder(path.parent)
        return descriptor


def sync(descriptor: int) -> None:
    """Bring the content of a file to the disk. Raises OSError."""
    if sys.platform == "linux":
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring new names in a folder to the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Syncer:
    """Brings a file to the disk every five seconds or 64 MB, in a thread."""

    def __init__(self, descriptor: int, path: Path | str) -> None:
        self._descriptor = descriptor
        self._path = path
        self._unsynced = 0
        self._finished = False
        self._error: BulkFileError | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def wrote(self, size: int) -> None:
        """Note what was written. Raises BulkFileError if an earlier sync has failed."""
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
        """Bring what was written so far to the disk. Raises BulkFileError."""
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
        """Wait until there is enough to sync; False at the end."""
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
