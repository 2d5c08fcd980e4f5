"""The output of a bulk run: a file that a later run can continue, or a pipe."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from ..bulk.journal import key_token
from ..bulk.requests import BulkRow
from ..errors import RequestError
from .earlier_lines import EarlierLines, beside
from .errors_file import ErrorsFile
from .file_errors import reported_errors
from .file_lock import FileLock
from .input_file import InputFile
from .journal_index import Found, JournalIndex
from .journal_repair import cut_torn_line, move_damaged_lines
from .journal_writer import JournalWriter, opened_for_appending
from .replaced_file import replace_file
from .sorted_output import SortedOutput


class BulkOutput(Protocol):
    """The interface of a run's output.

    Attributes:
        resumable: Whether a later run can continue it. If so, failed rows go to a separate file.
        earlier: The lines that earlier runs wrote.
        torn_bytes: The length in bytes of an incomplete last line, left by an interrupted run.
            That line was removed.
        moved_lines: The number of damaged lines that were moved to another file.
    """

    resumable: bool
    earlier: EarlierLines
    torn_bytes: int
    moved_lines: int

    def add_row(self, found: Found | None) -> None:
        """Register the next row of the input; `found` is its line in the output, if any."""

    def succeeded(self, row: BulkRow, line: bytes) -> None:
        """Write the line of an answered row."""

    def failed(self, row: BulkRow, line: bytes) -> None:
        """Write the line of a failed row."""

    def start(self, manifest: bytes) -> None:
        """Open the output for writing."""

    def finish(self, manifest: bytes, *, complete: bool) -> None:
        """Sync everything to disk."""

    def release(self) -> None:
        """Close all files and release the lock."""


def output_path(output: str | os.PathLike[str]) -> Path | None:
    """Return the path of an output file with links resolved; None for stdout, pipes and devices.

    Raises:
        RequestError: The name ends in ".gz": a compressed file cannot be appended to.
    """
    if output == "-":
        return None
    path = Path(os.path.realpath(output))
    if path.suffix == ".gz":
        raise RequestError(f"{path}: the output cannot be compressed, as runs append to it")
    try:
        mode = path.stat().st_mode
    except OSError:
        return path
    return path if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else None


class JournalOutput:
    """An output file that a later run can continue. See `BulkOutput`.

    Args:
        path: The file; it need not exist.
        repair: Whether to move damaged lines to NAME.damaged.jsonl.
        sort: Whether to write NAME.sorted.jsonl at the end.

    Raises:
        BulkFileError: Another run has locked the output, a line is damaged, or a file cannot be
            written.
    """

    resumable = True

    def __init__(self, path: Path, *, repair: bool, sort: bool) -> None:
        self._path = path
        self._sorted = SortedOutput() if sort else None
        with ExitStack() as opened:
            lock = FileLock(beside(path, ".lock"))
            lock.acquire()
            opened.callback(lock.release)
            self.moved_lines = self._move_damaged() if repair else 0
            index = JournalIndex.scan(path)
            self.torn_bytes = index.torn_bytes
            cut_torn_line(path, index)
            self._errors = ErrorsFile(beside(path, ".errors.jsonl"))
            self.earlier = EarlierLines(index, self._errors.index)
            opened.callback(self.earlier.close)
            self._opened = opened.pop_all()

    def start(self, manifest: bytes) -> None:
        """Open the file for appending, and write the manifest.

        Raises:
            BulkFileError: A file cannot be written.
        """
        self._writer = JournalWriter(opened_for_appending(self._path), self._path)
        self._opened.callback(self._writer.close)
        self._write_manifest(manifest)

    def add_row(self, found: Found | None) -> None:
        """Register the next row of the input; `found` is its line in the output, if any."""
        if self._sorted is not None:
            self._sorted.add_row(None if found is None else found.offset)

    def succeeded(self, row: BulkRow, line: bytes) -> None:
        """Write the line of an answered row. Raises BulkFileError."""
        offset = self._writer.append(line)
        if row.failed_before:
            self.earlier.output.add_success(key_token(row.key), offset)
        if self._sorted is not None:
            self._sorted.answered(row.index, offset)

    def failed(self, row: BulkRow, line: bytes) -> None:
        """Append the line of a failed row to the errors file. Raises BulkFileError."""
        self._errors.append(key_token(row.key), line)

    def finish(self, manifest: bytes, *, complete: bool) -> None:
        """Sync the output to disk, and rewrite the manifest and the other files beside it.

        Args:
            manifest: The manifest as JSON.
            complete: Whether the input was read to its end and every row was sent.

        Raises:
            BulkFileError: A file cannot be written. The other files are written nevertheless.
        """
        # the steps run in reverse order, each even if another one fails
        with ExitStack() as steps:
            steps.callback(self._write_manifest, manifest)
            if complete and self._sorted is not None:
                sorted_path = beside(self._path, ".sorted.jsonl")
                steps.callback(self._sorted.write, self._path, sorted_path)
            steps.callback(self._errors.finish, self.earlier.has_success)
            steps.callback(self._writer.sync)

    def release(self) -> None:
        """Close all files and release the lock. Raises BulkFileError."""
        self._opened.close()

    def _write_manifest(self, manifest: bytes) -> None:
        replace_file(beside(self._path, ".run.json"), [manifest])

    def _move_damaged(self) -> int:
        aside = beside(self._path, ".damaged.jsonl")
        files = (self._path, beside(self._path, ".errors.jsonl"))
        return sum(move_damaged_lines(file, aside) for file in files)


class PipeOutput:
    """Stdout, a pipe or a device. Failed rows are written between the answers. See `BulkOutput`.

    Args:
        output: "-" for stdout, or a path.
    """

    resumable = False
    torn_bytes = 0
    moved_lines = 0

    def __init__(self, output: str | os.PathLike[str]) -> None:
        self._output = output
        self._name = "stdout" if output == "-" else os.fspath(output)
        self._writer: JournalWriter | None = None
        self.earlier = EarlierLines.none()

    def start(self, manifest: bytes) -> None:
        """Open the output, without writing the manifest. Raises BulkFileError."""
        with reported_errors("write", self._name):
            is_stdout = self._output == "-"
            descriptor = os.dup(1) if is_stdout else os.open(self._output, os.O_WRONLY)
        self._writer = JournalWriter(descriptor, self._name)

    def add_row(self, found: Found | None) -> None:
        """Do nothing: a pipe is never sorted."""

    def succeeded(self, row: BulkRow, line: bytes) -> None:
        """Write the line of an answered row. Raises BulkFileError."""
        self._write(line)

    def failed(self, row: BulkRow, line: bytes) -> None:
        """Write the line of a failed row. Raises BulkFileError."""
        self._write(line)

    def finish(self, manifest: bytes, *, complete: bool) -> None:
        """Do nothing: each line has already been written to the pipe."""

    def release(self) -> None:
        """Close the descriptor. Raises BulkFileError."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, line: bytes) -> None:
        assert self._writer is not None, "start() comes first"
        self._writer.append(line)


def open_output(
    output: str | os.PathLike[str], source: InputFile | None, *, repair: bool, sort: bool
) -> BulkOutput:
    """Open an output without writing to it; `start` writes.

    Args:
        output: A path; "-" is stdout.
        source: The input, which must be a different file.
        repair: Whether to move damaged lines to NAME.damaged.jsonl.
        sort: Whether to write NAME.sorted.jsonl at the end.

    Raises:
        RequestError: `sort` was given for a pipe, or the output is the input.
        BulkFileError: Another run has locked the output, a line is damaged, or a file cannot be
            read.
    """
    path = output_path(output)
    if path is None:
        if sort:
            raise RequestError("sort: a pipe cannot be sorted; give a file as the output")
        return PipeOutput(output)
    if source is not None and source.is_at(path):
        raise RequestError(f"{path} is both the input and the output")
    return JournalOutput(path, repair=repair, sort=sort)
