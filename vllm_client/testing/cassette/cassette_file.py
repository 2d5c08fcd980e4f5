"""Cassette files in JSON Lines: a first line that names the format, and a line per exchange."""

import json
import os
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .exchange import Exchange, exchange_from_json, exchange_to_json

FORMAT = 1
_FIRST_LINE = {"vllm_client_cassette": FORMAT}


class CassetteWriter:
    """Write a new cassette. Each exchange is in the file once `write` returns."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Create the file and missing parent folders. Raise OSError if it cannot be written."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb", buffering=0)
        self._write(_FIRST_LINE)

    def write(self, exchange: Exchange) -> None:
        self._write(exchange_to_json(exchange))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, value: Any) -> None:
        line = memoryview(_dump(value) + b"\n")
        while line:
            line = line[self._file.write(line) :]


def _dump(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate, from an escape in the request's JSON
        return json.dumps(value).encode()


def read_cassette(path: str | os.PathLike[str]) -> list[Exchange]:
    """Return the exchanges in the order of their requests.

    An incomplete last line, which an interrupted recording leaves, is skipped with a UserWarning.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is not a cassette.
    """
    *lines, rest = Path(path).read_bytes().split(b"\n")
    if rest:
        warnings.warn(
            f"{os.fspath(path)}: line {len(lines) + 1} is incomplete and was skipped: the recording"
            " was interrupted",
            stacklevel=3,
        )
    _check_format(path, lines[0] if lines else b"")
    exchanges = [_exchange(path, number, line) for number, line in enumerate(lines[1:], 2)]
    return sorted(exchanges, key=lambda exchange: exchange.number)


def _check_format(path: str | os.PathLike[str], line: bytes) -> None:
    try:
        format = json.loads(line)["vllm_client_cassette"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{os.fspath(path)}: line 1: not a cassette") from None
    if format != FORMAT:
        raise ValueError(
            f"{os.fspath(path)}: line 1: format {format!r}; this version reads format {FORMAT}"
        )


def _exchange(path: str | os.PathLike[str], number: int, line: bytes) -> Exchange:
    try:
        return exchange_from_json(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{os.fspath(path)}: line {number}: not an exchange: {error!r}") from error
