"""A file to upload: by its path, as bytes, or open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any, TypeAlias

import attrs

from .errors import RequestError, shortened
from .media import AUDIO_OF, media_type_of

Octets: TypeAlias = bytes | bytearray | memoryview

FileSource: TypeAlias = (
    str
    | os.PathLike[str]
    | Octets
    | IO[bytes]
    | tuple[str, Octets | IO[bytes]]
    | tuple[str, Octets | IO[bytes], str]
)
"""A path; bytes; a file that is open in binary mode, read from where it stands to its end; or
(name, bytes or open file), perhaps with a content type behind."""

# What of a file is looked at to tell its type.
_LOOKED_AT = 4096


@attrs.frozen
class Upload:
    """A file as it is sent. Its content is not copied."""

    name: str
    content: Octets = attrs.field(repr=False)
    media_type: str


def upload_of(source: FileSource) -> Upload:
    """The file, read. Its type is told by its first bytes, unless given. Raises RequestError."""
    if not isinstance(source, tuple):
        return _named(_name_of(source), _content_of(source))
    if len(source) not in (2, 3) or not all(isinstance(part, str) for part in source[::2]):
        raise RequestError(
            f"file: expected (name, content) or (name, content, type), got {source!r:.80}"
        )
    name, content = source[0], _content_of(source[1])
    return Upload(name, content, source[2]) if len(source) == 3 else _named(name, content)


def _named(name: str, content: Octets) -> Upload:
    found = media_type_of(bytes(content[:_LOOKED_AT])) or "application/octet-stream"
    return Upload(name, content, AUDIO_OF.get(found, found))


def _name_of(source: Any) -> str:
    path = source if isinstance(source, str | os.PathLike) else getattr(source, "name", None)
    return Path(path).name if isinstance(path, str | os.PathLike) else "file"


def _content_of(source: Any) -> Octets:
    if isinstance(source, memoryview) and not source.contiguous:
        return bytes(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return source
    if isinstance(source, str | os.PathLike):
        return _read_path(source)
    if not hasattr(source, "read"):
        expected = "a path, bytes or an open file"
        raise RequestError(f"file: expected {expected}, got {type(source).__name__}")
    try:
        content = source.read()
    except (OSError, ValueError) as error:
        raise RequestError(f"file: cannot be read: {error}") from error
    if hasattr(content, "__await__"):
        content.close()
        raise RequestError("file: its read() is asynchronous; await it, and give the bytes")
    if not isinstance(content, bytes | bytearray | memoryview):
        got = type(content).__name__
        raise RequestError(f'file: expected one open in binary mode ("rb"), its read() gave {got}')
    return content


def _read_path(path: str | os.PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        shown = shortened(os.fspath(path), 100)
        raise RequestError(f"file: cannot read {shown!r}: {reason}") from error
