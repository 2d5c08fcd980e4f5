"""Write the answers in input order to NAME.sorted.jsonl, at the end of a run."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

from .file_errors import reported_errors
from .replaced_file import replace_file

_BUFFER_BYTES = 256 * 1024
_NO_LINE = 2**64 - 1


class SortedOutput:
    """Stores the offset of each row's line in the output, in 8 bytes a row."""

    def __init__(self) -> None:
        self._offsets = array("Q")

    def add_row(self, offset: int | None) -> None:
        """Add the next row of the input, with the offset of its line, if it has one."""
        self._offsets.append(_NO_LINE if offset is None else offset)

    def answered(self, index: int, offset: int) -> None:
        """Store the offset of an answered row's line."""
        self._offsets[index] = offset

    def write(self, output: Path, path: Path) -> None:
        """Copy the lines of an output in input order. Raises BulkFileError."""
        replace_file(path, self._lines(output))

    def _lines(self, output: Path) -> Iterator[bytes]:
        with reported_errors("read", output), open(output, "rb", _BUFFER_BYTES) as file:
            for offset in self._offsets:
                if offset != _NO_LINE:
                    file.seek(offset)
                    yield file.readline()
