"""Replace a file atomically: readers see the old content or the new one, never a part."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .file_errors import reported_errors
from .journal_writer import sync_folder

_BUFFER_BYTES = 1024 * 1024


def replace_file(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a temporary file beside a path, sync it to disk, and rename it.

    Raises:
        BulkFileError: It could not be written; the file at the path is unchanged.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    with reported_errors("write", path):
        try:
            with open(temporary, "wb", _BUFFER_BYTES, opener=_open_private) as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
