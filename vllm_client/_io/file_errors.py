"""Errors of the system about files of a bulk run, as errors that say what to do."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import BulkFileError, RequestError

_ADVICE = {
    errno.ENOSPC: "free some space and run it again: it continues",
    errno.EDQUOT: "free some space and run it again: it continues",
    errno.EFBIG: "the limit on the size of files is reached (ulimit -f)",
    errno.EROFS: "choose another output",
    errno.EACCES: "choose another output, or change the permissions",
    errno.EPIPE: "the reader of the output has ended",
}


def refuse_windows() -> None:
    """Raise RequestError on Windows, where these files are not tested."""
    if sys.platform == "win32":
        raise RequestError("bulk files are not supported on Windows; map() is, without files")


@contextmanager
def reported_errors(action: str, path: Path | str) -> Iterator[None]:
    """Raise BulkFileError for an OSError of the block, with the file, the reason and advice."""
    try:
        yield
    except OSError as error:
        raise file_error(action, path, error) from error


def file_error(action: str, path: Path | str, error: OSError) -> BulkFileError:
    """The error of the system as one of ours; one of ours stays as it is."""
    if isinstance(error, BulkFileError):
        return error
    number = error.errno or 0
    reason = os.strerror(number) if number else str(error)
    advice = _advice(number, path)
    hint = f"; {advice}" if advice else ""
    return BulkFileError(f"cannot {action} {path}: {reason}{hint}", str(path), error.errno)


def _advice(number: int, path: Path | str) -> str | None:
    if number == errno.ENOENT and not Path(path).parent.exists():
        return "the folder does not exist"
    return _ADVICE.get(number)
