"""Convert the system's file errors to `BulkFileError`, with advice."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import BulkFileError, RequestError

_ADVICE = {
    errno.ENOSPC: "free some space and run it again to continue",
    errno.EDQUOT: "free some space and run it again to continue",
    errno.EFBIG: "the limit on file sizes is reached (ulimit -f)",
    errno.EROFS: "choose another output",
    errno.EACCES: "choose another output, or change the permissions",
    errno.EPIPE: "the program that reads the output has ended",
}


def refuse_windows() -> None:
    """Raise RequestError on Windows, where bulk files are not tested."""
    if sys.platform == "win32":
        raise RequestError("bulk files are not supported on Windows; use map(), without files")


@contextmanager
def reported_errors(action: str, path: Path | str) -> Iterator[None]:
    """Convert an OSError of the block to BulkFileError, with the path, the reason and advice."""
    try:
        yield
    except OSError as error:
        raise file_error(action, path, error) from error


def file_error(action: str, path: Path | str, error: OSError) -> BulkFileError:
    """Return the OSError as a BulkFileError; a BulkFileError is returned unchanged."""
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
