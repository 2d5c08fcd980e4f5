"""Encode a form with files as a request body: multipart/form-data (RFC 7578)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ..codec.json_codec import dumps
from ..errors import RequestError
from .http1 import header_is_legal
from .upload import Upload

# Escapes for characters that would end a name, as in browsers (HTML standard, multipart/form-data).
_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


@attrs.frozen
class EncodedBody:
    """An encoded request body, with its media type."""

    body: bytes = attrs.field(repr=False)
    media_type: str


def form(fields: Mapping[str, Any], files: Mapping[str, Upload]) -> EncodedBody:
    """Encode a form.

    Args:
        fields: The values by name. Text is sent unchanged, None is not sent, and any other value
            is sent as JSON: `true`, `0.5`, `{"a":1}`. A list gives one field per item.
        files: The files by name.

    Raises:
        RequestError: A name or value cannot be encoded.
    """
    # The boundary is 128 random bits, which do not occur in the content.
    boundary = os.urandom(16).hex()
    start = f"--{boundary}\r\n".encode()
    pieces: list[Any] = []
    for name, value in _flat(fields):
        pieces += [start, _head(name), _encoded(value), b"\r\n"]
    for name, file in files.items():
        pieces += [start, _file_head(name, file), file.content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return EncodedBody(b"".join(pieces), f"multipart/form-data; boundary={boundary}")


def _flat(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            if item is not None:
                yield str(name), item if isinstance(item, str) else dumps(item).decode()


def _head(name: str) -> bytes:
    return _encoded(f'content-disposition: form-data; name="{name.translate(_ESCAPES)}"\r\n\r\n')


def _file_head(name: str, file: Upload) -> bytes:
    if not header_is_legal("content-type", file.media_type):
        raise RequestError(f"file: {file.media_type!r:.80} is not a valid content type")
    return _encoded(
        f'content-disposition: form-data; name="{name.translate(_ESCAPES)}"; '
        f'filename="{file.name.translate(_ESCAPES)}"\r\ncontent-type: {file.media_type}\r\n\r\n'
    )


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise RequestError(f"the request cannot be written as UTF-8: {error}") from error
