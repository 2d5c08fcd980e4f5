"""Read the input of a bulk run line by line, from a file, stdin or gzip."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeAlias, cast

import attrs

from ..bulk.batch_file import LineError, Template, parse_batch_line, parse_json
from ..bulk.requests import BulkRequest
from ..errors import RequestError, VllmError

# A line contains one request, which may include images as base64.
MAX_LINE_BYTES = 256 * 1024 * 1024
_BUFFER_BYTES = 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_TEXT_SUFFIXES = {".txt", ".text", ".md"}
_JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}

_Parser: TypeAlias = Callable[[str], BulkRequest]


@attrs.frozen
class NumberedRequest:
    """A request and its position in the input.

    Attributes:
        request: The request.
        index: The number of the row, from 0. Blank lines are not rows.
        line: The number of its line, from 1.
    """

    request: BulkRequest
    index: int
    line: int


class InputFile:
    """An open input file, stdin or pipe, read row by row.

    Args:
        source: A path; "-" is the standard input. Gzip is recognized by its first bytes.
        template: Converts rows that are not batch lines to requests: JSON values or lines of text.
            Default: each line is a batch line.

    Raises:
        RequestError: The file cannot be read.
    """

    def __init__(self, source: str | os.PathLike[str], template: Template | None = None) -> None:
        self.name = "stdin" if source == "-" else os.fspath(source)
        self._template = template
        try:
            self._file = _opened(source)
        except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
            reason = getattr(error, "strerror", error)
            raise RequestError(f"cannot read {self.name}: {reason}") from error
        status = os.fstat(self._file.fileno())
        self.regular = stat.S_ISREG(status.st_mode)
        self.size = status.st_size if self.regular else None
        self._start = self._file.tell() if self.regular else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, even while another thread waits for the next line of a stream."""
        # That thread holds the buffer's lock, for which `self._file.close()` would wait.
        self._file.raw.close()

    def is_at(self, path: Path) -> bool:
        """Return whether a path names this file."""
        try:
            return self.regular and os.path.samestat(os.fstat(self._file.fileno()), path.stat())
        except OSError:
            return False

    def requests(
        self, skipped: Sequence[int] | None = None, rows: int | None = None
    ) -> Iterator[NumberedRequest]:
        """Yield the rows. For a regular file, each call begins at the first row again.

        Args:
            skipped: A flag for each row: 1 to skip the row, else 0. Default: skip none.
            rows: The number of rows that an earlier call found. Default: unknown.

        Raises:
            RequestError: A line is invalid (the message begins with file, line and column), or the
                number of rows differs from `rows`.
        """
        parse, found = None, 0
        for index, (line, text) in enumerate(self._numbered_lines()):
            found += 1
            if rows is not None and found > rows:
                break
            parse = parse or self._parser(text, line)
            if skipped is None or not skipped[index]:
                yield NumberedRequest(self._parsed(parse, text, line), index, line)
        if rows is not None and found != rows:
            raise RequestError(
                f"{self.name} was changed while it was read: it had {rows} rows when it was "
                f"checked, now it has {'more' if found > rows else found}; run it again to continue"
            )

    def _parsed(self, parse: _Parser, text: str, number: int) -> BulkRequest:
        try:
            return parse(text)
        except LineError as error:
            raise self._error(error.problem, number, error.column) from error
        except VllmError as error:
            raise self._error(error.message, number) from error
        except Exception as error:  # raised by the caller's function that makes the body
            error.add_note(f"in {self.place(number)}")
            raise

    def place(self, line: int) -> str:
        """Return the position of a line for error messages: FILE:LINE."""
        return f"{self.name}:{line}"

    def _error(self, problem: str, line: int, column: int | None = None) -> RequestError:
        where = self.place(line) + ("" if column is None else f":{column}")
        return RequestError(f"{where}: {problem}")

    def _parser(self, first_line: str, number: int) -> _Parser:
        template = self._template
        if template is None:
            if self._is_text(first_line):
                problem = "expected a batch line, a JSON object with url and body"
                raise self._error(problem, number, 1)
            return parse_batch_line
        if self._is_text(first_line):
            return template.request_of
        return lambda text: template.request_of(parse_json(text))

    def _is_text(self, first_line: str) -> bool:
        """Return whether lines are plain text, by the file name, else by the first line."""
        suffix = Path(self.name.removesuffix(".gz")).suffix.lower()
        if suffix in _TEXT_SUFFIXES | _JSON_SUFFIXES:
            return suffix in _TEXT_SUFFIXES
        return not first_line.lstrip().startswith(("{", "["))

    def _numbered_lines(self) -> Iterator[tuple[int, str]]:
        """Yield number and text of the lines that are not blank, without line ends."""
        for number, octets in enumerate(self._lines(), 1):
            if len(octets) > MAX_LINE_BYTES:
                raise self._error(
                    f"the line is longer than {MAX_LINE_BYTES // 1024**2} MiB", number
                )
            try:
                text = octets.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                problem = f"not valid UTF-8: {error.reason}"
                raise self._error(problem, number, error.start + 1) from error
            if text and not text.isspace():
                yield number, text

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines up to the size that the file had when it was opened.

        The file may grow meanwhile, since the errors file of a run can also be its input.
        """
        source, zipped = self._source()
        left = None if zipped else self.size
        if left is not None:
            left -= self._start
        number = 0
        while left is None or left > 0:
            number += 1
            try:
                octets = source.readline(MAX_LINE_BYTES + 1)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise self._error(f"the gzip data is damaged: {error}", number) from error
            except OSError as error:
                raise self._unreadable(error, number) from error
            if not octets:
                return
            if left is not None:
                octets = octets[:left]
                left -= len(octets)
            yield octets

    def _source(self) -> tuple[IO[bytes], bool]:
        try:
            return self._unzipped()
        except OSError as error:
            raise self._unreadable(error, 1) from error

    def _unreadable(self, error: OSError, line: int) -> RequestError:
        return self._error(f"cannot be read: {error.strerror or error}", line)

    def _unzipped(self) -> tuple[IO[bytes], bool]:
        """Return the stream to read lines from, and whether it decompresses gzip."""
        if self.regular:
            self._file.seek(self._start)
        if not self._file.peek(2).startswith(_GZIP_MAGIC):
            return self._file, False
        unzipped = gzip.GzipFile(fileobj=self._file, mode="rb")
        return cast(IO[bytes], io.BufferedReader(unzipped, _BUFFER_BYTES)), True


def _opened(source: str | os.PathLike[str]) -> io.BufferedReader:
    raw = io.FileIO(0, closefd=False) if source == "-" else io.FileIO(source)
    return io.BufferedReader(raw, _BUFFER_BYTES)
