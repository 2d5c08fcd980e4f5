"""A lock on the output of a bulk run, so that two runs do not write to it at once."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from ..errors import BulkFileError
from .file_errors import reported_errors


class FileLock:
    """A `flock` lock on a separate file, released when the process ends.

    The file contains the host and process id, which another run only shows in its error message.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Acquire the lock. Raises BulkFileError if another run holds it."""
        with reported_errors("lock", self._path):
            while self._descriptor is None:
                self._descriptor = self._try_to_acquire()
        owner = json.dumps({"host": socket.gethostname(), "pid": os.getpid()})
        with reported_errors("write", self._path):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, owner.encode(), 0)

    def release(self) -> None:
        """Release the lock and remove its file."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _try_to_acquire(self) -> int | None:
        """Return the descriptor of the locked file; None if the file was removed meanwhile."""
        import fcntl  # missing on Windows, where `refuse_windows` raises earlier

        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(self._path, descriptor):
                return descriptor
        except BlockingIOError as error:
            owner = os.pread(descriptor, 4096, 0)
            os.close(descriptor)
            raise BulkFileError(
                f"another run writes this output{_described(owner)}; its lock is {self._path}",
                str(self._path),
                error.errno,
            ) from error
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None


def _is_at(path: Path, descriptor: int) -> bool:
    """Return whether the path still names the open file. A run removes the file on release."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _described(owner: bytes) -> str:
    # The file is empty for a moment after the lock was acquired.
    try:
        fields = json.loads(owner)
        return f" (process {int(fields['pid'])} on {str(fields['host'])[:100]})"
    except (ValueError, KeyError, TypeError):
        return ""
