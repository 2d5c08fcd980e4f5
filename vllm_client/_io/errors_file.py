"""The file of failed rows, NAME.errors.jsonl, which can be used as the input of another run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ..bulk.journal import LineKind
from .file_errors import reported_errors
from .journal_index import JournalIndex, classified_lines
from .journal_repair import cut_torn_line
from .journal_writer import JournalWriter, opened_for_appending
from .replaced_file import replace_file

_BUFFER_BYTES = 1024 * 1024


class ErrorsFile:
    """Appends failed rows during a run; at its end, keeps only rows that never succeeded.

    Attributes:
        index: The failures, by key.

    Args:
        path: The file; it is created when the first row fails.

    Raises:
        BulkFileError: The file has a damaged line, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.index = JournalIndex.scan(path)
        cut_torn_line(path, self.index)
        self._writer: JournalWriter | None = None

    def append(self, token: bytes, line: bytes) -> None:
        """Append the line of a failed row. Raises BulkFileError."""
        if self._writer is None:
            self._writer = JournalWriter(opened_for_appending(self._path), self._path)
        self.index.add_failure(token, self._writer.append(line))

    def finish(self, succeeded: Callable[[bytes], bool]) -> None:
        """Rewrite the file with the last failure of each row that has not succeeded.

        If there is no such row, remove the file.

        Args:
            succeeded: Returns whether the output has an answer for a key, given as JSON text. It
                is consulted for failures of earlier runs.

        Raises:
            BulkFileError: A file cannot be written. The errors file is unchanged.
        """
        if self._writer is not None:
            self._writer.close()
        if not self._path.exists():
            return
        if next(self._remaining(succeeded), None) is None:
            with reported_errors("remove", self._path):
                self._path.unlink()
        else:
            replace_file(self._path, self._remaining(succeeded))

    def _remaining(self, succeeded: Callable[[bytes], bool]) -> Iterator[bytes]:
        with reported_errors("read", self._path), open(self._path, "rb", _BUFFER_BYTES) as file:
            for offset, line, kind, token in classified_lines(file):
                if kind is LineKind.FAILURE and self._remains(token, offset, succeeded):
                    yield line

    def _remains(self, token: bytes, offset: int, succeeded: Callable[[bytes], bool]) -> bool:
        last = self.index.failure(token)
        if last is not None and last.offset != offset:
            return False
        return offset >= self.index.end or not succeeded(token)
