"""Files of the caller's: media for content parts, and recordings to upload.

The media type is that of the first bytes; a file's name is never asked. No bytes of a file are
part of an error message: the path may be one that somebody else has chosen.
"""

from __future__ import annotations

import os
import re
import stat
from base64 import b64decode
from pathlib import Path
from typing import IO, Any, TypeAlias

from ..errors import RequestError, shortened
from ..http.content_parts import URL_SCHEMES, ImageDetail, audio_part, data_url, is_url, url_part
from ..http.media_types import AUDIO_OF, media_type_of
from ..http.upload import Octets, Upload

# The largest file that is read for a content part, which carries it as base64 in JSON. vLLM 0.32
# itself refuses audio above 25 MB (VLLM_MAX_AUDIO_CLIP_FILESIZE_MB), and has no limit for the rest.
MAX_MEDIA_BYTES = 256 * 1024 * 1024
# The largest file that is read to be uploaded as it is.
MAX_UPLOAD_BYTES = 1024 * 1024 * 1024

MediaSource: TypeAlias = str | os.PathLike[str] | Octets
"""A URL (http, https, data, file), a path, or the bytes themselves.

A string that is no URL is a path. Never pass a string from a user of yours on: pass bytes, or
check first that it begins with `https://`."""

FileSource: TypeAlias = (
    str
    | os.PathLike[str]
    | Octets
    | IO[bytes]
    | tuple[str, Octets | IO[bytes]]
    | tuple[str, Octets | IO[bytes], str]
)
"""A path; bytes; a file that is open in binary mode, read from where it stands to its end; or
(name, bytes or open file), perhaps with a content type behind.

A string is always a path, of a regular file of at most 1 GiB. Never pass a string from a user of
yours on: pass bytes."""


def image(
    source: MediaSource, *, detail: ImageDetail | None = None, uuid: str | None = None
) -> dict[str, Any]:
    """An image part: PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or HEIC.

    Args:
        source: A URL (http, https, data, file), which the server fetches; or a path or bytes,
            which are sent along. A string that is no URL is a path, of a regular file of at most
            256 MiB. Never pass a string from a user of yours on, as it may name any file of this
            machine: pass bytes, or check first that it begins with `https://`.
        detail: Part of OpenAI's interface; vLLM 0.32 ignores it.
        uuid: Your name for this image, under which the server may cache its processing.

    Returns:
        A content part for `user()`.

    Raises:
        RequestError: The file cannot be read or is no image. (A `file:` URL names a file of the
            server, which refuses it unless started with `--allowed-local-media-path`.)

    Example:
        user("What is this?", image("cat.jpg"), image("https://example.com/cat.jpg"))
    """
    return url_part("image", _url(source, "image"), uuid=uuid, detail=detail)


def audio(source: MediaSource, *, uuid: str | None = None) -> dict[str, Any]:
    """An audio part: WAV, MP3, FLAC, Ogg, AAC, or the sound of an MP4, WebM or MOV file.

    Args:
        source: A URL (http, https, data, file), which the server fetches; or a path or bytes,
            which are sent along. A string that is no URL is a path, of a regular file of at most
            256 MiB; as with `image()`, never pass a string from a user of yours on.
        uuid: Your name for this recording, under which the server may cache its processing.

    Returns:
        A content part for `user()`.

    Raises:
        RequestError: The file cannot be read or is no audio.
    """
    if isinstance(source, str) and is_url(source):
        return url_part("audio", source, uuid=uuid)
    return audio_part(*_load(source, "audio"), uuid=uuid)


def video(source: MediaSource, *, uuid: str | None = None) -> dict[str, Any]:
    """A video part: MP4, WebM, Matroska, AVI, MOV or MPEG.

    Args:
        source: A URL (http, https, data, file), which the server fetches; or a path or bytes,
            which are sent along. A string that is no URL is a path, of a regular file of at most
            256 MiB; as with `image()`, never pass a string from a user of yours on.
        uuid: Your name for this video, under which the server may cache its processing.

    Returns:
        A content part for `user()`.

    Raises:
        RequestError: The file cannot be read or is no video.
    """
    return url_part("video", _url(source, "video"), uuid=uuid)


def upload_of(source: FileSource) -> Upload:
    """The file, read. Its type is that of its first bytes, unless given. Raises RequestError."""
    if not isinstance(source, tuple):
        return Upload.of(_content_of(source), _name_of(source))
    if len(source) not in (2, 3) or not all(isinstance(part, str) for part in source[::2]):
        raise RequestError(
            f"file: expected (name, content) or (name, content, type), got {source!r:.80}"
        )
    name, content = source[0], _content_of(source[1])
    return Upload(name, content, source[2]) if len(source) == 3 else Upload.of(content, name)


def with_upload(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a call, with the file of `file` read. Raises RequestError."""
    source = options.get("file")
    return options if source is None else {**options, "file": upload_of(source)}


def _url(source: MediaSource, kind: str) -> str:
    if isinstance(source, str) and is_url(source):
        return source
    return data_url(*_load(source, kind))


def _load(source: MediaSource, kind: str) -> tuple[bytes, str]:
    """The bytes and their media type, which must be of the kind."""
    content = _media_bytes(source, kind)
    found = media_type_of(content)
    if kind == "audio":
        found = AUDIO_OF.get(found, found) if found else None
    if found and found.startswith(kind):
        return content, found
    raise RequestError(f"{kind}(): {_described(source)} holds {_seen(source, content, found)}")


def _seen(source: MediaSource, content: bytes, found: str | None) -> str:
    """What a message may say of the content: bytes only of what came as bytes."""
    if found or not content:
        return found or "no bytes"
    if isinstance(source, str | os.PathLike):
        return "nothing known"
    if _is_base64(content):
        return f"base64: decode it, or give a data: URL; it begins with {content[:16]!r}"
    return f"nothing known, beginning with {content[:16]!r}"


def _media_bytes(source: MediaSource, kind: str) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if not isinstance(source, str | os.PathLike):
        expected = "a URL, a path or bytes"
        raise RequestError(f"{kind}(): expected {expected}, got {type(source).__name__}")
    try:
        return _read_regular(source, MAX_MEDIA_BYTES)
    except (OSError, ValueError) as error:
        if _is_base64(source):
            raise _base64_as_path(f"{kind}()", source) from None
        problem = f"{kind}(): cannot read {_described(source)}: {_reason(error)}"
        schemes = " ".join(URL_SCHEMES)
        raise RequestError(f"{problem}; a URL begins with {schemes}") from error


def _described(source: MediaSource) -> str:
    if isinstance(source, str | os.PathLike):
        return f"the file {shortened(os.fspath(source), 100)!r}"
    return "the content"


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
        return _read_regular(path, MAX_UPLOAD_BYTES)
    except (OSError, ValueError) as error:
        if _is_base64(path):
            raise _base64_as_path("file", path) from None
        shown = shortened(os.fspath(path), 100)
        raise RequestError(f"file: cannot read {shown!r}: {_reason(error)}") from error


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


# Reading a FIFO or a device may block, or never end; merely opening one may already act.
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_MIN_READ_BYTES = 65536


def _read_regular(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """The content of a regular file. Raises OSError, ValueError."""
    _check_regular(os.stat(path), max_bytes)
    with open(path, "rb", opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        _check_regular(status, max_bytes)  # another file may have taken its place
        content = b""
        # One read is enough for most files; one below /proc does not tell its size.
        while piece := file.read(max(status.st_size + 1, _MIN_READ_BYTES)):
            content = content + piece if content else piece
            _check_size(len(content), max_bytes)
        return content


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)


def _check_regular(status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is no regular file")
    _check_size(status.st_size, max_bytes)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise ValueError(f"it is larger than {max_bytes // 1024**2} MiB")


_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]+={0,2}")
# A name in a path is no longer than this on any common file system.
_MAX_NAME = 255
_SNIFFED_CHARACTERS = 4096


def _is_base64(source: object) -> bool:
    """Whether this is base64 of a medium, or so long a run of its characters as no file name is."""
    if not isinstance(source, str | bytes):
        return False
    start = source[:_SNIFFED_CHARACTERS]
    octets = start.encode(errors="replace") if isinstance(start, str) else start
    text = octets.strip().translate(None, b"\r\n")
    if not _BASE64.fullmatch(text):
        return False
    whole = text.rstrip(b"=")
    decoded = b64decode(whole[: len(whole) // 4 * 4], altchars=b"-_")
    return len(text) > _MAX_NAME or media_type_of(decoded) is not None


def _base64_as_path(where: str, source: str | os.PathLike[str]) -> RequestError:
    start = os.fspath(source)[:16]
    return RequestError(
        f"{where}: {start!r}… is base64, and a string that is no URL is a path: decode it and give "
        "the bytes, or a data: URL such as data:image/png;base64,…"
    )
