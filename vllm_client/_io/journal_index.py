"""An index of the keys in an existing output, at 16 bytes a row."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Self

import attrs

from ..bulk.hash_index import HashTable
from ..bulk.journal import MAX_HEAD_BYTES, LineHead, LineKind, classify, parse_head, read_head
from ..bulk.keys import hash64
from ..errors import BulkFileError
from .file_errors import file_error, reported_errors

_BUFFER_BYTES = 1024 * 1024


@attrs.frozen
class Found:
    """A line of the file: its parsed head, and the offset where it begins."""

    head: LineHead
    offset: int


class JournalIndex:
    """The successes and failures in an output, by key.

    Attributes:
        end: The offset where the last complete line ends. An incomplete line follows if the file
            is longer.
        torn_bytes: The length in bytes of that incomplete line, or 0.
        successes: The number of lines that are successes.
    """

    def __init__(self, path: Path) -> None:
        self.end = 0
        self.torn_bytes = 0
        self.successes = 0
        self._path = path
        self._successes = HashTable()
        self._failures = HashTable()
        self._descriptor: int | None = None
        # One thread may look up rows of the input while another one writes.
        self._lock = threading.Lock()

    @classmethod
    def scan(cls, path: Path, observe: Callable[[bytes, int], None] | None = None) -> Self:
        """Index a file. A missing file gives an empty index.

        Args:
            path: The file.
            observe: Called with the line and offset of each success and failure. Default: None.

        Raises:
            BulkFileError: A line is damaged, or the file cannot be read.
        """
        index = cls(path)
        try:
            with reported_errors("read", path), open(path, "rb", _BUFFER_BYTES) as file:
                index._read(file, observe)
        except BulkFileError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
        return index

    def _read(self, file: IO[bytes], observe: Callable[[bytes, int], None] | None) -> None:
        for offset, line, kind, token in classified_lines(file):
            match kind:
                case LineKind.SUCCESS:
                    self._successes.add(hash64(token), offset)
                    self.successes += 1
                case LineKind.FAILURE:
                    self._failures.add(hash64(token), offset)
                case LineKind.DAMAGED:
                    raise _damaged(self._path, offset)
                case LineKind.TORN:
                    self.torn_bytes = len(line)
                    return
            if observe is not None and token:
                observe(line, offset)
            self.end = offset + len(line)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def success(self, token: bytes) -> Found | None:
        """Return the last success of a key, given as JSON text. Raises BulkFileError."""
        return self._find(self._successes, token)

    def failure(self, token: bytes) -> Found | None:
        """Return the last failure of a key, given as JSON text. Raises BulkFileError."""
        return self._find(self._failures, token)

    def add_failure(self, token: bytes, offset: int) -> None:
        """Index a failure that was appended after the scan."""
        with self._lock:
            self._failures.add(hash64(token), offset)

    def add_success(self, token: bytes, offset: int) -> None:
        """Index a success that was appended after the scan."""
        with self._lock:
            self._successes.add(hash64(token), offset)

    def _find(self, table: HashTable, token: bytes) -> Found | None:
        if not table:
            return None
        with self._lock:
            offsets = table.latest_first(hash64(token))
        for offset in offsets:
            head = self._head_at(offset, len(token))
            if head.token == token:
                return Found(head, offset)
        return None

    def _head_at(self, offset: int, key_bytes: int) -> LineHead:
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._path, os.O_RDONLY)
            start = os.pread(self._descriptor, MAX_HEAD_BYTES + key_bytes, offset)
            return parse_head(start) or read_head(self._line_at(offset))
        except OSError as error:
            raise file_error("read", self._path, error) from error
        except ValueError as error:
            problem = f"{self._path} was changed by another program while it was in use"
            raise BulkFileError(problem, str(self._path)) from error

    def _line_at(self, offset: int) -> bytes:
        with open(self._path, "rb") as file:
            file.seek(offset)
            return file.readline()


def classified_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes, LineKind, bytes]]:
    """Yield for each line its offset, its bytes, its kind, and the key of its row as JSON text."""
    offset = 0
    for line in file:
        yield offset, line, *classify(line)
        offset += len(line)


def _damaged(path: Path, offset: int) -> BulkFileError:
    error = BulkFileError(
        f"{path}: the line at byte {offset} is not a line of a bulk run; correct it, choose "
        "another output, or move such lines to another file (repair=True, --repair)",
        str(path),
    )
    error.offset = offset
    return error
