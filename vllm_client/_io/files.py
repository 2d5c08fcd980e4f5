"""Read files for the caller: media for content parts, and recordings to upload.

The media type is detected from the first bytes, never from the file name. Error messages contain
no bytes of a file, since its path may come from an untrusted user.
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

# Max size of a file for a content part, which carries it as base64 in JSON. vLLM 0.32 itself
# rejects audio above 25 MB (VLLM_MAX_AUDIO_CLIP_FILESIZE_MB), and does not limit other media.
MAX_MEDIA_BYTES = 256 * 1024 * 1024
# Max size of a file that is uploaded unencoded.
MAX_UPLOAD_BYTES = 1024 * 1024 * 1024

MediaSource: TypeAlias = str | os.PathLike[str] | Octets
"""A URL (http, https, data, file), a path, or the bytes themselves.

A string that is not a URL is a path. Never pass on a string from an untrusted user: pass bytes, or
check first that the string begins with `https://`."""

FileSource: TypeAlias = (
    str
    | os.PathLike[str]
    | Octets
    | IO[bytes]
    | tuple[str, Octets | IO[bytes]]
    | tuple[str, Octets | IO[bytes], str]
)
"""A path, bytes, a file opened in binary mode, or a tuple (name, content[, content type]).

An open file is read from its current position to its end. The content in a tuple is bytes or an
open file. A string is always a path, of a regular file of at most 1 GiB. Never pass on a string
from an untrusted user: pass bytes."""


def image(
    source: MediaSource, *, detail: ImageDetail | None = None, uuid: str | None = None
) -> dict[str, Any]:
    """Return an image part: PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or HEIC.

    Args:
        source: A URL (http, https, data, file), which the server fetches; or a path or bytes,
            whose content is sent in the request. A string that is not a URL is a path, of a
            regular file of at most 256 MiB. Never pass on a string from an untrusted user, as it
            may name any file of this machine: pass bytes, or check first that the string begins
            with `https://`. A `file:` URL names a file of the server, which rejects it unless
            started with `--allowed-local-media-path`.
        detail: The image resolution in OpenAI's API; vLLM 0.32 ignores it. Default: not sent.
        uuid: An id of your choice for this image, which the server may use as a cache key.
            Default: not sent.

    Returns:
        A content part for `user()`.

    Raises:
        RequestError: The file cannot be read or is not an image.

    Example:
        user("What is this?", image("cat.jpg"), image("https://example.com/cat.jpg"))
    """
    return url_part("image", _url(source, "image"), uuid=uuid, detail=detail)


def audio(source: MediaSource, *, uuid: str | None = None) -> dict[str, Any]:
    """Return an audio part: WAV, MP3, FLAC, Ogg, AAC, or the sound of an MP4, WebM or MOV file.

    Args:
        source: A URL (http, https, data, file), which the server fetches; or a path or bytes,
            whose content is sent in the request. A string that is not a URL is a path, of a
            regular file of at most 256 MiB. As with `image()`, never pass on a string from an
            untrusted user.
        uuid: An id of your choice for this recording, which the server may use as a cache key.
            Default: not sent.

    Returns:
        A content part for `user()`.

    Raises:
        RequestError: The file cannot be read or is not audio.
    """
    if isinstance(source, str) and is_url(source):
        return url_part("audio", source, uuid=uuid)
    return audio_part(*_load(source, "audio"), uuid=uuid)


def video(source: MediaSource, *, uuid: str | None = None) -> dict[str, Any]:
    """Return a video part: MP4, WebM, Matroska, AVI, MOV or MPEG.

    Args:
        source: A URL (http, https, data, file), which the server fetches; or a path or bytes,
            whose content is sent in the request. A string that is not a URL is a path, of a
            regular file of at most 256 MiB. As with `image()`, never pass on a string from an
            untrusted user.
        uuid: An id of your choice for this video, which the server may use as a cache key.
            Default: not sent.

    Returns:
        A content part for `user()`.

    Raises:
        RequestError: The file cannot be read or is not a video.
    """
    return url_part("video", _url(source, "video"), uuid=uuid)


def upload_of(source: FileSource) -> Upload:
    """Read a file for an upload; detect its type from its first bytes, unless given.

    Raises:
        RequestError: The file cannot be read, or the source is of another type.
    """
    if not isinstance(source, tuple):
        return Upload.of(_content_of(source), _name_of(source))
    if len(source) not in (2, 3) or not all(isinstance(part, str) for part in source[::2]):
        raise RequestError(
            f"file: expected (name, content) or (name, content, type), got {source!r:.80}"
        )
    name, content = source[0], _content_of(source[1])
    return Upload(name, content, source[2]) if len(source) == 3 else Upload.of(content, name)


def with_upload(options: dict[str, Any]) -> dict[str, Any]:
    """Return the call's options with `file` replaced by its content. Raises RequestError."""
    source = options.get("file")
    return options if source is None else {**options, "file": upload_of(source)}


def _url(source: MediaSource, kind: str) -> str:
    if isinstance(source, str) and is_url(source):
        return source
    return data_url(*_load(source, kind))


def _load(source: MediaSource, kind: str) -> tuple[bytes, str]:
    """Return the bytes and their media type, which must begin with `kind`."""
    content = _media_bytes(source, kind)
    found = media_type_of(content)
    if kind == "audio":
        found = AUDIO_OF.get(found, found) if found else None
    if found and found.startswith(kind):
        return content, found
    raise RequestError(f"{kind}(): {_described(source)} contains {_seen(source, content, found)}")


def _seen(source: MediaSource, content: bytes, found: str | None) -> str:
    """Describe content for an error message; show its bytes only if the caller passed bytes."""
    if found or not content:
        return found or "no bytes"
    if isinstance(source, str | os.PathLike):
        return "an unknown format"
    if _is_base64(content):
        return f"base64: decode it, or pass a data: URL; it begins with {content[:16]!r}"
    return f"an unknown format, beginning with {content[:16]!r}"


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
        raise RequestError("file: its read() is asynchronous; await it, and pass the bytes")
    if not isinstance(content, bytes | bytearray | memoryview):
        got = type(content).__name__
        raise RequestError(f'file: expected binary mode ("rb"), but its read() returned {got}')
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


# Reading a FIFO or a device may block, or never end. Even opening a FIFO may block.
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_MIN_READ_BYTES = 65536


def _read_regular(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """Return the content of a regular file. Raises OSError, ValueError."""
    _check_regular(os.stat(path), max_bytes)
    with open(path, "rb", opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        _check_regular(status, max_bytes)  # the file may have been replaced since os.stat()
        content = b""
        # One read is enough for most files; files in /proc report size 0.
        while piece := file.read(max(status.st_size + 1, _MIN_READ_BYTES)):
            content = content + piece if content else piece
            _check_size(len(content), max_bytes)
        return content


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)


def _check_regular(status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is not a regular file")
    _check_size(status.st_size, max_bytes)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise ValueError(f"it is larger than {max_bytes // 1024**2} MiB")


_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]+={0,2}")
# Max length of a file name on common file systems.
_MAX_NAME = 255
_SNIFFED_CHARACTERS = 4096


def _is_base64(source: object) -> bool:
    """Return whether this is base64 of media, or base64 text too long to be a file name."""
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
        f"{where}: {start!r}… is base64, but a string that is not a URL is taken as a path: decode "
        "it and pass the bytes, or pass a data: URL such as data:image/png;base64,…"
    )
