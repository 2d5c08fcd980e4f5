"""Files of the caller's: media for content parts, and recordings to upload.

The media type is that of the first bytes; a file's name is never asked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any, TypeAlias

from ..errors import RequestError, shortened
from ..http.content_parts import URL_SCHEMES, ImageDetail, audio_part, data_url, is_url, url_part
from ..http.media_types import AUDIO_OF, media_type_of
from ..http.upload import Octets, Upload

MediaSource: TypeAlias = str | os.PathLike[str] | Octets
"""A URL (http, https, data, file), a path, or the bytes themselves."""

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


def image(
    source: MediaSource, *, detail: ImageDetail | None = None, uuid: str | None = None
) -> dict[str, Any]:
    """An image part: PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or HEIC.

        image("cat.jpg")
        image("https://example.com/cat.jpg")

    source: a URL, which the server fetches; or a path or bytes, which are sent along.
    detail: part of OpenAI's interface; vLLM 0.32 ignores it.
    uuid: your name for this image, under which the server may cache its processing.

    Raises RequestError when the file cannot be read or is no image. A `file:` URL names a file of
    the server, which refuses it unless started with `--allowed-local-media-path`.
    """
    return url_part("image", _url(source, "image"), uuid=uuid, detail=detail)


def audio(source: MediaSource, *, uuid: str | None = None) -> dict[str, Any]:
    """An audio part: WAV, MP3, FLAC, Ogg, AAC, or the sound of an MP4, WebM or MOV file.

    source: a URL, which the server fetches; or a path or bytes, which are sent along.
    uuid: your name for this recording, under which the server may cache its processing.

    Raises RequestError when the file cannot be read or is no audio.
    """
    if isinstance(source, str) and is_url(source):
        return url_part("audio", source, uuid=uuid)
    return audio_part(*_load(source, "audio"), uuid=uuid)


def video(source: MediaSource, *, uuid: str | None = None) -> dict[str, Any]:
    """A video part: MP4, WebM, Matroska, AVI, MOV or MPEG.

    source: a URL, which the server fetches; or a path or bytes, which are sent along.
    uuid: your name for this video, under which the server may cache its processing.

    Raises RequestError when the file cannot be read or is no video.
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
    seen = found or f"nothing known, beginning with {content[:16]!r}" if content else "no bytes"
    raise RequestError(f"{kind}(): {_described(source)} holds {seen}")


def _media_bytes(source: MediaSource, kind: str) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if not isinstance(source, str | os.PathLike):
        expected = "a URL, a path or bytes"
        raise RequestError(f"{kind}(): expected {expected}, got {type(source).__name__}")
    try:
        return Path(source).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"{kind}(): cannot read {_described(source)}: {reason}; a URL begins with "
        raise RequestError(message + " ".join(URL_SCHEMES)) from error


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
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        shown = shortened(os.fspath(path), 100)
        raise RequestError(f"file: cannot read {shown!r}: {reason}") from error
