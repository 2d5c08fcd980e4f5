"""Read the answers of a bulk run from its output file."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Generic, Self, TypeAlias, TypeVar, overload

from ..api.chat.parse import ParsedChatCompletion
from ..bulk.hash_index import HashSet
from ..bulk.journal import key_token, read_head
from ..bulk.keys import hash64
from ..bulk.results import BulkResult, ResponseT, ResultReader
from ..errors import BulkFileError, RequestError
from .file_errors import refuse_windows, reported_errors
from .journal_index import JournalIndex

T = TypeVar("T")

Source: TypeAlias = str | os.PathLike[str]

_BUFFER_BYTES = 256 * 1024
# Rows are sorted in groups of 4,096. Only the offsets of one group at a time are Python ints.
_GROUP_BITS = 12


@overload
def read_bulk(
    path: Source, *, response_format: type[T]
) -> BulkResults[ParsedChatCompletion[T]]: ...


@overload
def read_bulk(path: Source, *, response_format: None = None) -> BulkResults[Any]: ...


def read_bulk(path: Source, *, response_format: Any = None) -> BulkResults[Any]:
    """Read the output of `bulk`: each answer as the object that a single call returns.

    Memory use is about 40 bytes a row, independent of the size of the answers. The file may be
    read while a run writes it: the results are those present now.

    Args:
        path: The output, such as "out.jsonl"; NAME.sorted.jsonl works as well.
        response_format: A type; `response.parsed` of each chat answer is an instance of it.
            Default: chat answers are not parsed.

    Returns:
        The results: iterate over them in input order, or get one by its key.

    Raises:
        BulkFileError: The file cannot be read, or a line is damaged.
        RequestError: No JSON schema can be made from the type, or the platform is Windows.

    Example:
        for result in read_bulk("out.jsonl", response_format=Invoice):
            if result.ok:
                print(result.key, result.unwrap().parsed.total)
    """
    refuse_windows()
    return BulkResults(Path(path), ResultReader(response_format))


class BulkResults(Generic[ResponseT]):
    """The rows of an output: the answered ones, and the failed ones if the run wrote to a pipe.

    If a row was answered twice, the later answer counts. Iteration follows input order;
    `results[key]` and `key in results` find a row by its custom_id. The file is closed at the end
    of a `with` block, or when the object is garbage-collected.
    """

    def __init__(self, path: Path, reader: ResultReader) -> None:
        self._path = path
        self._reader = reader
        self._keys = HashSet()
        self._has_repeated = False
        self._count = 0
        self._groups: dict[int, tuple[array[int], array[int]]] = {}
        self._opened().close()  # raises for a missing file, which `scan` treats as an empty one
        self._index = JournalIndex.scan(path, self._add)

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
        """Close the file."""
        self._index.close()

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def __contains__(self, key: str) -> bool:
        """Return whether there is a row with this key."""
        return self._offset(key_token(key)) is not None

    def __getitem__(self, key: str) -> BulkResult[ResponseT]:
        """Return the result of a row. Raises KeyError if there is none."""
        offset = self._offset(key_token(key))
        if offset is None:
            raise KeyError(key)
        with self._opened() as file:
            return self._result_at(file, offset)

    def __iter__(self) -> Iterator[BulkResult[ResponseT]]:
        """Yield the results in input order."""
        with self._opened() as file:
            for offset in self._in_order():
                result = self._result_at(file, offset)
                if not self._has_repeated or offset == self._offset(key_token(result.key)):
                    yield result

    def _opened(self) -> IO[bytes]:
        with reported_errors("read", self._path):
            return open(self._path, "rb", _BUFFER_BYTES)

    def _in_order(self) -> Iterator[int]:
        """Yield the offset of each line, in input order."""
        for group in sorted(self._groups):
            for _, offset in sorted(zip(*self._groups[group], strict=True)):
                yield offset

    def _add(self, line: bytes, offset: int) -> None:
        head = read_head(line)
        group = self._groups.setdefault(head.index >> _GROUP_BITS, (array("Q"), array("Q")))
        group[0].append(head.index)
        group[1].append(offset)
        if self._keys.add(hash64(head.token)):
            self._count += 1
        else:
            self._has_repeated = True

    def _offset(self, token: bytes) -> int | None:
        """Return the offset of the last answer to a key, else of its last failure, else None."""
        found = self._index.success(token) or self._index.failure(token)
        return None if found is None else found.offset

    def _result_at(self, file: IO[bytes], offset: int) -> BulkResult[Any]:
        with reported_errors("read", self._path):
            file.seek(offset)
            line = file.readline()
        try:
            return self._reader.read(line)
        except RequestError:
            raise
        except (ValueError, KeyError, TypeError) as error:
            problem = f"{self._path}: the line at byte {offset} cannot be read: {error}"
            damaged = BulkFileError(problem, str(self._path))
            damaged.offset = offset
            raise damaged from error
