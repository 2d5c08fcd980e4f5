"""Repair a damaged output so that it can be appended to.

An incomplete last line is removed; damaged lines are moved to another file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..bulk.journal import LineKind
from .file_errors import reported_errors
from .journal_index import JournalIndex, classified_lines
from .journal_writer import sync
from .replaced_file import replace_file

_BUFFER_BYTES = 1024 * 1024


def cut_torn_line(path: Path, index: JournalIndex) -> None:
    """Remove an incomplete last line. Raises BulkFileError."""
    if index.torn_bytes:
        with reported_errors("cut", path):
            os.truncate(path, index.end)


def move_damaged_lines(path: Path, aside: Path) -> int:
    """Move each damaged line of a file to another file.

    The other lines are not changed. If this is interrupted, no line is lost; a damaged line may
    then be in both files.

    Args:
        path: The file; it need not exist.
        aside: The file to which the damaged lines are appended.

    Returns:
        The number of lines moved.

    Raises:
        BulkFileError: A file cannot be read or written.
    """
    with reported_errors("read", path):
        moved = _copy_damaged(path, aside) if path.exists() else 0
    if moved:
        replace_file(path, _lines(path, damaged=False))
    return moved


def _copy_damaged(path: Path, aside: Path) -> int:
    descriptor = None
    moved = 0
    try:
        for line in _lines(path, damaged=True):
            if descriptor is None:
                descriptor = os.open(aside, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(descriptor, line if line.endswith(b"\n") else line + b"\n")
            moved += 1
    finally:
        if descriptor is not None:
            sync(descriptor)
            os.close(descriptor)
    return moved


def _lines(path: Path, *, damaged: bool) -> Iterator[bytes]:
    with open(path, "rb", _BUFFER_BYTES) as file:
        for _, line, kind, _ in classified_lines(file):
            if (kind is LineKind.DAMAGED) is damaged:
                yield line
