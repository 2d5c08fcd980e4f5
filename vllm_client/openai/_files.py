"""Multipart forms with files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx


def multipart(files: Mapping[str, Any], fields: Mapping[str, Any]) -> tuple[bytes, str]:
    """Encode a form with files; return the body and its content type."""
    parts = {name: _part(file) for name, file in files.items()}
    request = httpx.Request("POST", "http://form", files=parts, data=_form(fields))
    return request.read(), request.headers["content-type"]


def _part(file: Any) -> Any:
    if isinstance(file, os.PathLike):
        path = Path(file)
        return (path.name, path.read_bytes())
    if isinstance(file, tuple):
        name, content, *more = file
        return (name, _content(content), *more)
    if hasattr(file, "read"):
        return (Path(str(getattr(file, "name", "upload"))).name, file.read())
    if not isinstance(file, bytes):
        raise TypeError(f"file: expected bytes, an open file, a path or a tuple, got {file!r:.80}")
    return ("upload", file)


def _content(content: Any) -> bytes:
    if isinstance(content, os.PathLike):
        return Path(content).read_bytes()
    read: bytes = content.read() if hasattr(content, "read") else content
    return read


def _form(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Flatten fields for a form: `name[]` for lists, `name[key]` for dicts, true and false."""
    form: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, list | tuple):
            form[f"{name}[]"] = [_text(item) for item in value]
        elif isinstance(value, Mapping):
            form |= _form({f"{name}[{key}]": item for key, item in value.items()})
        else:
            form[name] = _text(value)
    return form


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def file_from_path(path: str) -> tuple[str, bytes]:
    """Return the name and content of a file."""
    return Path(path).name, Path(path).read_bytes()
